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

  retried(): void {}

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

describe('a pause', () => {
  it('breaks a job off, and resuming goes on with the same', async () => {
    const { queue, jobs } = queueOf('a', 'b', 'c');
    const [{ id }] = queue.transfers;
    queue.pause(id);
    await settled();
    // Another may move meanwhile.
    expect(states(queue)).toEqual(['paused', 'moving', 'moving']);
    expect(jobs[0].cancelled).toBe(0);
    expect(queue.busy).toBe(true);
    queue.resume(id);
    expect(states(queue)).toEqual(['waiting', 'moving', 'moving']);
    jobs[1].end.resolve('arrived');
    await settled();
    expect(jobs[0].runs).toBe(2);
  });

  it('that ends at once never runs a job twice at a time', async () => {
    const { queue, jobs } = queueOf('a');
    const [{ id }] = queue.transfers;
    let running = 0;
    let most = 0;
    jobs[0].run = async signal => {
      most = Math.max(most, ++running);
      await new Promise(later => setTimeout(later, 10));
      running--;
      if (signal.aborted) {
        throw new Error('aborted');
      }
      return 'arrived';
    };
    queue.pause(id);
    queue.resume(id);
    queue.pause(id);
    queue.resume(id);
    await new Promise(later => setTimeout(later, 60));
    expect(most).toBe(1);
    expect(states(queue)).toEqual(['done']);
  });

  it('of everything starts nothing more, until all is resumed', async () => {
    const { queue, jobs } = queueOf('a', 'b', 'c');
    queue.pauseAll();
    await settled();
    expect(states(queue)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(queue.summary).toMatchObject({ held: true, moving: 3 });
    queue.resumeAll();
    await settled();
    expect(states(queue).filter(state => state === 'moving')).toHaveLength(2);
    expect(jobs.reduce((sum, { runs }) => sum + runs, 0)).toBe(4);
  });

  it('of what waits keeps it from being started', async () => {
    const { queue, jobs } = queueOf('a', 'b', 'c');
    queue.pause(queue.transfers[2].id);
    jobs[0].end.resolve('arrived');
    await settled();
    expect(states(queue)).toEqual(['done', 'moving', 'paused']);
  });
});

describe('small files', () => {
  /** Keeps what travels together, and lets a test end it. */
  class ManualPacker implements IPacker {
    room = { bytes: 30, files: 10 };
    readonly packs: string[][] = [];
    ended: Parameters<IPacker['run']>[2] | null = null;
    jobs: readonly IJob[] = [];
    end = new PromiseDelegate<void>();

    run: IPacker['run'] = (jobs, signal, progress) => {
      this.packs.push(jobs.map(({ name }) => name));
      this.jobs = jobs;
      this.ended = progress;
      this.end = new PromiseDelegate();
      signal.addEventListener('abort', () => this.end.reject(new Error('aborted')));
      return this.end.promise;
    };
  }

  function packed(...names: string[]) {
    const packer = new ManualPacker();
    const queue = new TransferQueue(1, 0);
    queue.pauseAll();
    const jobs = names.map(name => Object.assign(new ManualJob(name), { packer }));
    jobs.forEach(job => queue.add(job));
    queue.resumeAll();
    return { packer, queue, jobs };
  }

  it('travel together as far as there is room', async () => {
    const { packer, queue } = packed('a', 'b', 'c', 'd', 'e');
    expect(packer.packs).toEqual([['a', 'b', 'c']]);
    packer.jobs.forEach(job => packer.ended!.ended(job, 'arrived'));
    packer.end.resolve();
    await settled();
    expect(packer.packs[1]).toEqual(['d', 'e']);
    expect(states(queue)).toEqual(['done', 'done', 'done', 'moving', 'moving']);
  });

  it('end one by one, and what was not told of has failed', async () => {
    const { packer, queue, jobs } = packed('a', 'b', 'c');
    packer.ended!.ended(jobs[0], 'identical');
    packer.ended!.ended(jobs[1], failure);
    packer.end.resolve();
    await settled();
    expect(states(queue)).toEqual(['skipped', 'failed', 'failed']);
    expect(queue.summary).toMatchObject({ moving: 0, skipped: 1, failed: 2 });
  });

  it('that have to go alone do so', async () => {
    const { packer, queue, jobs } = packed('a', 'b');
    packer.ended!.ended(jobs[0], 'alone');
    packer.ended!.ended(jobs[1], 'arrived');
    packer.end.resolve();
    await settled();
    expect(jobs[0].runs).toBe(1);
    expect(states(queue)).toEqual(['moving', 'done']);
  });

  it('wait again when all is paused, and go on', async () => {
    const { packer, queue } = packed('a', 'b');
    queue.pauseAll();
    await settled();
    expect(states(queue)).toEqual(['waiting', 'waiting']);
    queue.resumeAll();
    expect(packer.packs).toHaveLength(2);
  });

  it('are all cancelled, and none is begun', async () => {
    const { packer, queue, jobs } = packed('a', 'b', 'c', 'd', 'e');
    await queue.cancelAll();
    expect(queue.length).toBe(0);
    expect(packer.packs).toHaveLength(1);
    expect(jobs.map(({ runs }) => runs)).toEqual([0, 0, 0, 0, 0]);
    expect(queue.busy).toBe(false);
  });
});

it('ends walks when all is cancelled', async () => {
  const queue = new TransferQueue(1, 0);
  let stopped = 0;
  const walked = queue.expectMore(() => stopped++);
  expect(queue.busy).toBe(true);
  await queue.cancelAll();
  expect(stopped).toBe(1);
  walked();
  expect(queue.busy).toBe(false);
});

it('leaves the page time while it cancels very many', async () => {
  const { queue } = queueOf(...Array.from({ length: 5000 }, (_, index) => `file ${index}`));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await queue.cancelAll();
  clearInterval(timer);
  expect(queue.length).toBe(0);
  expect(turns).toBeGreaterThan(1);
});

it('cancels only what is meant', async () => {
  const { queue, jobs } = queueOf('a', 'b', 'c');
  await queue.cancelAll(job => job === jobs[1] || job === jobs[2]);
  expect(queue.transfers.map(({ name }) => name)).toEqual(['a']);
});
