import { MessageLoop } from '@lumino/messaging';
import { CommandRegistry } from '@lumino/commands';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { StoreError } from '../store/errors';
import type { IInterrupted, IInterruptions } from './interrupted';
import type { IJob, Outcome } from './job';
import { TransferQueue } from './queue';
import { TransferTray } from './tray';

const trans = nullTranslator.load('');

class Interruptions implements IInterruptions {
  constructor(public items: IInterrupted[]) {}

  readonly changed = new Signal<this, void>(this);
  readonly said: string[] = [];

  async goOn(id: string): Promise<void> {
    this._drop(id, 'go on');
  }

  async forget(id: string): Promise<void> {
    this._drop(id, 'forget');
  }

  private _drop(id: string, said: string): void {
    this.said.push(`${said} ${id}`);
    this.items = this.items.filter(item => item.id !== id);
    this.changed.emit();
  }
}

function interrupted(id: string, name: string, isKept = false): IInterrupted {
  const folder = { bucket: 'scratch', key: 'ada/' };
  const rest = { others: 0, isFolder: true, arrived: 1, files: 3, isHeld: false, daysLeft: 6 };
  return { id, name, folder, isKept, ...rest };
}

class ManualJob implements IJob {
  constructor(readonly name: string) {}

  readonly size = 10;
  readonly place = { bucket: 'scratch', key: 'a' };
  readonly packer = null;
  readonly file = new Blob();
  readonly condition = 0;
  settle(): void {}
  retried(): void {}
  readonly end = new PromiseDelegate<Outcome>();

  run(signal: AbortSignal): Promise<Outcome> {
    signal.addEventListener('abort', () => this.end.reject(new Error('aborted')));
    return this.end.promise;
  }

  async cancel(): Promise<boolean> {
    return false;
  }
}

/** React draws in a task of its own. */
const drawn = () => new Promise(later => setTimeout(later, 20));

let tray: TransferTray;

async function show(
  queue: TransferQueue,
  interruptions: IInterruptions | null = null
): Promise<HTMLElement> {
  const commands = new CommandRegistry();
  const uriOf = () => Promise.resolve('gs://leap-scratch/a');
  tray = new TransferTray({ queue, interruptions, commands, uriOf, trans });
  Widget.attach(tray, document.body);
  MessageLoop.flush();
  await drawn();
  return tray.node;
}

const button = (node: HTMLElement, name: string) =>
  Array.from(node.querySelectorAll('button')).find(
    each => (each.getAttribute('aria-label') ?? each.textContent) === name
  );

beforeAll(() => {
  globalThis.ResizeObserver ??= class {
    observe() {
      // Nothing is laid out here.
    }
    unobserve() {
      // Nor was it.
    }
    disconnect() {
      // Nor will it be.
    }
  };
});

afterEach(() => tray.dispose());

it('is nothing while there is nothing', async () => {
  const node = await show(new TransferQueue(2, 0));
  expect(node.querySelector('[role="region"]')).toBeNull();
});

it('offers to go on with what was interrupted, and to forget it', async () => {
  const items = [interrupted('1', 'ocean.zarr'), interrupted('2', 'wind.zarr', true)];
  const interruptions = new Interruptions(items);
  const node = await show(new TransferQueue(2, 0), interruptions);
  expect(node.textContent).toContain('ocean.zarr: 2 of 3 files had not arrived');
  expect(button(node, 'Go on with ocean.zarr')!.title).toContain('choose the folder again');
  expect(button(node, 'Go on with wind.zarr')!.title).toContain('nothing has to be chosen');
  button(node, 'Go on with ocean.zarr')!.click();
  await drawn();
  expect(node.textContent).not.toContain('ocean.zarr');
  button(node, 'Forget wind.zarr')!.click();
  await drawn();
  expect(interruptions.said).toEqual(['go on 1', 'forget 2']);
  expect(node.querySelector('[role="region"]')).toBeNull();
});

it('pauses and resumes all', async () => {
  const queue = new TransferQueue(1, 0);
  ['a', 'b'].forEach(name => queue.add(new ManualJob(name)));
  const node = await show(queue);
  button(node, 'Pause all transfers')!.click();
  await drawn();
  expect(queue.held).toBe(true);
  expect(node.textContent).toContain('2 files, 0%, paused');
  button(node, 'Resume all transfers')!.click();
  await drawn();
  expect(queue.held).toBe(false);
});

it('draws a few lines of many, and tells how many there are', async () => {
  const queue = new TransferQueue(2, 0);
  for (let i = 0; i < 2000; i++) {
    queue.refuse(`file ${i}`, new StoreError('No.', 0, 'illegal-name'));
  }
  const node = await show(queue);
  const lines = node.querySelectorAll('.jp-LeapTransfer');
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(30);
  expect(lines[0].getAttribute('aria-setsize')).toBe('2000');
  expect(lines[0].getAttribute('aria-posinset')).toBe('1');
});
