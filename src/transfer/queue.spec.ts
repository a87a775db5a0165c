import { PromiseDelegate } from '@lumino/coreutils';
import { StoreError } from '../store/errors';
import type { IJob, IPacker, IProgress, Outcome } from './job';
import { TransferQueue } from './queue';

/** A job that a test brings to its end. */
class ManualJob implements IJob {
  constructor(readonly name: string) {}

  readonly size = 10;
  readonly place = { bucket: 'scratch', key: 'a' };
  readonly packer: IPacker | null = null;
  readonly file = new Blob();
  readonly condition = 0;
  settled: Outcome[] = [];
  runs = 0;
  cancelled = 0;
  arrivedAnyway = false;
  progress: IProgress | null = null;
  end = new PromiseDelegate<Outcome>();

  run(signal: AbortSignal, progress: IProgress): Promise<Outcome> {
    this.runs++;
    this.progress = progress;
    this.end = new PromiseDelegate();
    signal.addEventListener('abort', () => this.end.reject(new Error('aborted')));
    return this.end.promise;
  }

  settle(outcome: Outcome): void {
    this.settled.push(outcome);
  }

  async cancel(): Promise<boolean> {
    this.cancelled++;
    return this.arrivedAnyway;
  }
}

const settled = () => new Promise(later => setTimeout(later, 0));
const states = (queue: TransferQueue) => queue.transfers.map(({ state }) => state);
const failure = new StoreError('No.', 500, 'no');

function queueOf(...names: string[]): { queue: TransferQueue; jobs: ManualJob[] } {
  const queue = new TransferQueue(2, 0);
  const jobs = names.map(name => new ManualJob(name));
  jobs.forEach(job => queue.add(job));
  return { queue, jobs };
}

it('runs only so many at once, in order', async () => {
  const { queue, jobs } = queueOf('a', 'b', 'c');
  expect(states(queue)).toEqual(['moving', 'moving', 'waiting']);
  jobs[0].end.resolve('arrived');
  await settled();
  expect(states(queue)).toEqual(['done', 'moving', 'moving']);
  expect(queue.busy).toBe(true);
  jobs[1].end.resolve('arrived');
  jobs[2].end.resolve('arrived');
  await settled();
  expect(queue.busy).toBe(false);
});

it('goes on with the others after a failure', async () => {
  const { queue, jobs } = queueOf('a', 'b', 'c');
  jobs[0].end.reject(failure);
  await settled();
  expect(states(queue)).toEqual(['failed', 'moving', 'moving']);
  expect(queue.transfers[0].error).toBe(failure);
});

it('retries the same job', async () => {
  const { queue, jobs } = queueOf('a');
  jobs[0].end.reject(failure);
  await settled();
  queue.retry(queue.transfers[0].id);
  expect(jobs[0].runs).toBe(2);
  expect(queue.transfers[0]).toMatchObject({ state: 'moving', error: null });
});

it('cancels what moves and starts what waits', async () => {
  const { queue, jobs } = queueOf('a', 'b', 'c');
  await queue.cancel(queue.transfers[0].id);
  expect(jobs[0].cancelled).toBe(1);
  expect(queue.transfers.map(({ name }) => name)).toEqual(['b', 'c']);
  expect(states(queue)).toEqual(['moving', 'moving']);
});

it('cancels what waits without ever running it', async () => {
  const { queue, jobs } = queueOf('a', 'b', 'c');
  await queue.cancel(queue.transfers[2].id);
  expect(jobs[2].runs).toBe(0);
  expect(queue.transfers).toHaveLength(2);
});

it('says done when it had arrived before it was cancelled', async () => {
  const { queue, jobs } = queueOf('a');
  jobs[0].arrivedAnyway = true;
  await queue.cancel(queue.transfers[0].id);
  expect(states(queue)).toEqual(['done']);
});

it('drops the line of a job that was declined', async () => {
  const { queue, jobs } = queueOf('a');
  jobs[0].end.resolve('declined');
  await settled();
  expect(queue.transfers).toEqual([]);
});

it('undoes a failed job when it is dismissed, and not a done one', async () => {
  const { queue, jobs } = queueOf('a', 'b');
  jobs[0].end.reject(failure);
  jobs[1].end.resolve('arrived');
  await settled();
  await queue.clear({ failed: false });
  expect(states(queue)).toEqual(['failed']);
  await queue.clear({ failed: true });
  expect(queue.transfers).toEqual([]);
  expect(jobs.map(({ cancelled }) => cancelled)).toEqual([1, 0]);
});

it('keeps a refusal that cannot be retried', () => {
  const queue = new TransferQueue(4, 0);
  queue.refuse('folder', failure);
  expect(queue.transfers[0]).toMatchObject({ state: 'failed', retriable: false });
  queue.retry(queue.transfers[0].id);
  expect(states(queue)).toEqual(['failed']);
  expect(queue.busy).toBe(false);
});

it('tells every change', () => {
  const { queue, jobs } = queueOf('a');
  let changes = 0;
  queue.changed.connect(() => changes++);
  jobs[0].progress?.moved(5);
  expect(changes).toBe(1);
  expect(queue.transfers[0].bytes).toBe(5);
});
