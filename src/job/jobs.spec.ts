import { nullTranslator } from '@jupyterlab/translation';
import type { IOperationRequest } from '../store/operations';
import { OperationClient } from '../store/operations';
import type { ILocation } from '../store/path';
import { clientOf } from '../testing/client';
import { type ILeft, touched } from './job';
import { Jobs } from './jobs';
import { OperationServer } from './testing/operationServer';
import { detail, failureList, percent } from './words';

const trans = nullTranslator.load('');
const DELETE: IOperationRequest = {
  kind: 'delete',
  source: { bucket: 'scratch', keys: ['ada/a', 'ada/b/'] }
};
const TITLE = { title: 'Deleting' };
const failure = (key: string, reason: string) => ({ key, reason, message: `${key}: ${reason}` });

let server: OperationServer;
let jobs: Jobs;
let changed: (readonly ILocation[])[];
let left: readonly ILeft[];

function newJobs(): Jobs {
  const client = new OperationClient(clientOf(server));
  const memory = { load: () => left, save: (now: readonly ILeft[]) => void (left = now) };
  return new Jobs({ client, trans, memory, showSearch: () => undefined });
}

beforeEach(async () => {
  server = await OperationServer.start();
  left = [];
  jobs = newJobs();
  changed = [];
  jobs.changed.connect((_, places) => changed.push(places));
});

afterEach(() => server.stop());

test('an operation is followed to its end, and its folders are told', async () => {
  server.script = [
    { objects: 1, objectsTotal: 2 },
    { state: 'succeeded', objects: 2 }
  ];
  const told: string[] = [];
  jobs.updated.connect(() => told.push(detail(jobs.jobs[0], trans)));
  const end = await jobs.run(DELETE, { ...TITLE, confirmedOwner: 'bob' });
  expect(end.objects).toBe(2);
  expect(server.owners).toEqual(['bob']);
  expect(server.started).toEqual([DELETE]);
  expect(told).toContain('1 of 2 files');
  expect(jobs.jobs[0].state).toBe('succeeded');
  expect(changed).toEqual([[{ bucket: 'scratch', key: 'ada/' }]]);
});

test('nothing is asked when nothing runs', async () => {
  await jobs.run(DELETE, TITLE);
  const asked = server.log.length;
  await new Promise(later => setTimeout(later, 1000));
  expect(server.log).toHaveLength(asked);
});

test('no answer is waited out, and said', async () => {
  server.script = [503, 502, { state: 'succeeded' }];
  let isStalled = false;
  jobs.updated.connect(() => (isStalled ||= jobs.jobs[0].stalled));
  await jobs.run(DELETE, TITLE);
  expect(isStalled).toBe(true);
  expect(jobs.jobs[0]).toMatchObject({ state: 'succeeded', stalled: false });
});

test('what the server forgot has failed, and what was done may be seen', async () => {
  server.script = [{}, 404];
  await expect(jobs.run(DELETE, TITLE)).rejects.toThrow('The server was restarted');
  expect(jobs.jobs[0].state).toBe('failed');
  expect(changed).toHaveLength(1);
});

test('what is refused has failed with the reason, and can be tried again', async () => {
  server.refuse = { status: 403, reason: 'no-permission' };
  await expect(jobs.run(DELETE, TITLE)).rejects.toMatchObject({ reason: 'no-permission' });
  expect(jobs.canRetry(jobs.jobs[0])).toBe(true);
  server.refuse = null;
  jobs.retry(jobs.jobs[0].id);
  await new Promise<void>(ended =>
    jobs.updated.connect(() => jobs.jobs[0]?.state === 'succeeded' && ended())
  );
  expect(server.started).toEqual([DELETE]);
});

test('cancelled before it was started, it is cancelled then', async () => {
  server.script = [{}];
  const end = jobs.run(DELETE, TITLE);
  await jobs.cancel(jobs.jobs[0].id);
  expect(jobs.jobs[0].state).toBe('cancelling');
  expect((await end).state).toBe('cancelled');
  expect(server.log.filter(line => line.startsWith('DELETE'))).toHaveLength(1);
});

test('failures that the caller answers are marked, others not', async () => {
  const run = async (...reasons: string[]) => {
    const failures = reasons.map((reason, index) => failure(`ada/${index}`, reason));
    server.script = [{ state: 'failed', failures, failuresTotal: failures.length }];
    await jobs.run(DELETE, { ...TITLE, handles: ['already-exists'] });
    return jobs.jobs[jobs.jobs.length - 1].isHandled;
  };
  expect(await run('already-exists', 'already-exists')).toBe(true);
  expect(await run('already-exists', 'no-permission')).toBe(false);
});

test('what is under way is followed again after a reload of the page', async () => {
  server.script = [{}, {}, { objects: 2, state: 'succeeded' }];
  const end = jobs.run(DELETE, TITLE);
  await new Promise<void>(told => jobs.updated.connect(() => jobs.jobs[0].operation && told()));
  expect(left).toEqual([{ operation: 'op-1', ...TITLE, request: DELETE }]);
  const reloaded = newJobs();
  const places = new Promise(told => reloaded.changed.connect((_, some) => told(some)));
  reloaded.resume();
  expect(reloaded.jobs[0]).toMatchObject({ ...TITLE, state: 'running' });
  expect(await places).toEqual([{ bucket: 'scratch', key: 'ada/' }]);
  await end;
  expect(left).toEqual([]);
  const asked = server.log.length;
  newJobs().resume();
  await new Promise(later => setTimeout(later, 300));
  expect(server.log).toHaveLength(asked);
});

test('one that runs cannot be dismissed', async () => {
  const end = jobs.run(DELETE, TITLE);
  jobs.dismiss(jobs.jobs[0].id);
  expect(jobs.jobs).toHaveLength(1);
  await end;
  jobs.dismiss(jobs.jobs[0].id);
  expect(jobs.jobs).toHaveLength(0);
});

test('a move touches where it takes from and where it brings to', () => {
  const move: IOperationRequest = {
    kind: 'move',
    source: { bucket: 's', keys: ['a/x', 'a/y/', 'b/z'] },
    destination: { bucket: 'p', prefix: 'c/' }
  };
  expect(touched(move)).toEqual([
    { bucket: 's', key: 'a/' },
    { bucket: 's', key: 'b/' },
    { bucket: 'p', key: 'c/' }
  ]);
  expect(touched({ ...move, kind: 'copy' })).toEqual([{ bucket: 'p', key: 'c/' }]);
  expect(touched({ kind: 'measure', source: { bucket: 's', prefix: 'a/' } })).toEqual([]);
});

test('the words for how far it is', async () => {
  server.script = [{ state: 'succeeded', objects: 12345, bytes: 1.2 * 2 ** 30 }];
  const source = { bucket: 'scratch', prefix: 'ada/' };
  const operation = await jobs.run({ kind: 'measure', source }, TITLE);
  expect(detail(jobs.jobs[0], trans)).toBe('12,345 files, 1.2 GB');
  expect(percent({ ...operation, objects: 1, objectsTotal: 4, bytes: 90, bytesTotal: 100 })).toBe(
    25
  );
  expect(percent({ ...operation, objectsTotal: null })).toBeNull();
  const failures = [failure('ada/a', 'x')];
  expect(failureList({ ...operation, failures, failuresTotal: 3 }, trans)).toBe(
    'ada/a\tada/a: x\nand 2 more'
  );
});
