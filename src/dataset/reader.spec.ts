import type { IAccess, ISummary, ZarrMessage, ZarrRequest } from '../worker/zarrProtocol';
import { DatasetReader } from './reader';

/** The other end of the messages: what the page said, and a way to answer. */
class Wire {
  readonly said: ZarrRequest[] = [];
  readonly worker = {
    postMessage: (message: ZarrRequest) => this.said.push(message),
    terminate: jest.fn()
  } as unknown as Worker;

  answer(message: ZarrMessage): void {
    this.worker.onmessage!({ data: message } as MessageEvent);
  }
}

const PLACE = { bucket: 'scratch', prefix: 'ada/x.zarr/' };

let wires: Wire[];
let xsrf: string;
let reader: DatasetReader;

beforeEach(() => {
  wires = [];
  xsrf = 'one';
  reader = new DatasetReader(
    () => {
      wires.push(new Wire());
      return wires.at(-1)!.worker;
    },
    (): IAccess => ({ routes: '/', headers: { xsrf }, credentials: 'same-origin' })
  );
});

it('starts no worker before a data set is read, and ends it with the last one', async () => {
  const first = reader.open(PLACE);
  const second = reader.open(PLACE);
  expect(wires).toHaveLength(0);
  void first.summary().catch(() => undefined);
  void second.summary().catch(() => undefined);
  expect(wires).toHaveLength(1);
  first.close();
  expect(wires[0].worker.terminate).not.toHaveBeenCalled();
  second.close();
  expect(wires[0].worker.terminate).toHaveBeenCalled();
});

it('signs the worker in first, and again as the page is signed in by then', () => {
  void reader
    .open(PLACE)
    .summary()
    .catch(() => undefined);
  const [wire] = wires;
  expect(wire.said).toMatchObject([
    { kind: 'access', access: { headers: { xsrf: 'one' } } },
    { kind: 'summary', place: PLACE }
  ]);
  xsrf = 'two';
  wire.answer({ kind: 'needs-access' });
  expect(wire.said.at(-1)).toMatchObject({ kind: 'access', access: { headers: { xsrf: 'two' } } });
});

it('gives each answer to the one who asked', async () => {
  const dataset = reader.open(PLACE);
  const summary = dataset.summary();
  const preview = dataset.preview('lat');
  const [wire] = wires;
  const [, first, second] = wire.said as { request: number }[];
  const failure = { status: 403, reason: 'no-permission', key: 'k', message: 'No.', hint: 'Ask.' };
  wire.answer({ kind: 'failure', request: second.request, failure });
  wire.answer({ kind: 'summary', request: first.request, summary: { format: 3 } as ISummary });
  await expect(summary).resolves.toEqual({ format: 3 });
  await expect(preview).rejects.toMatchObject({ status: 403, message: 'No.', failure });
});

it('fails those who wait when the worker breaks, and starts another', async () => {
  const dataset = reader.open(PLACE);
  const summary = dataset.summary();
  wires[0].worker.onerror!({} as ErrorEvent);
  await expect(summary).rejects.toMatchObject({ reason: 'no-worker' });
  void dataset.summary().catch(() => undefined);
  expect(wires).toHaveLength(2);
});

it('aborts what is under way, and what comes later, when closed', async () => {
  const dataset = reader.open(PLACE);
  const summary = dataset.summary();
  dataset.close();
  await expect(summary).rejects.toMatchObject({ name: 'AbortError' });
  await expect(dataset.preview('x')).rejects.toMatchObject({ name: 'AbortError' });
});
