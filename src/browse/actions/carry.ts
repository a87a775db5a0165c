import { Dialog, showDialog } from '@jupyterlab/apputils';
import { forKeys, isTaken } from '../../store/again';
import { DISK } from '../../store/buckets';
import type { IBucket } from '../../store/entry';
import type { IOperation, IOperationRequest, OnConflict } from '../../store/operations';
import { basename, type ILocation, parentPrefix, toUri } from '../../store/path';
import { legible } from '../../ui/legible';
import { Changes, inParts, tell } from './change';
import type { IActionContext } from './context';
import { takenBy } from './create';
import { called, numbered } from './words';

/** Rows taken along: by "Cut" and "Copy", a drag, or a command. */
export interface ICarried {
  readonly bucket: string;
  readonly keys: readonly string[];
}

/** Brings rows into a folder, asking what has to be asked. */
export class Carrier {
  constructor(private readonly _context: IActionContext) {
    this._changes = new Changes(_context);
  }

  /** Copies or moves into a folder. Into the folder where they are, a copy stands beside. */
  async carry(kind: 'copy' | 'move', carried: ICarried, to: ILocation): Promise<void> {
    const { trans } = this._context;
    const { keys, bucket } = carried;
    const from = await this._changes.bucket(bucket);
    const target = await this._changes.bucket(to.bucket);
    const title = kind === 'copy' ? trans.__('Nothing was copied') : trans.__('Nothing was moved');
    if (!from || !target) {
      await tell(
        title,
        trans.__('The bucket "%1" is not there any more.', from ? to.bucket : bucket)
      );
      return;
    }
    const into = keys.find(
      key => key.endsWith('/') && bucket === to.bucket && to.key.startsWith(key)
    );
    if (into !== undefined) {
      await tell(title, trans.__('The folder "%1" cannot go into itself.', basename(into)));
      return;
    }
    if (target.access === 'read-only') {
      await tell(title, trans.__('"%1" is read-only.', target.label));
      return;
    }
    const isHere = bucket === to.bucket && keys.every(key => parentPrefix(key) === to.key);
    if (isHere && kind === 'move') {
      return;
    }
    await this._into(kind, carried, from, target, to, isHere ? 'keepBoth' : 'fail');
  }

  private async _into(
    kind: 'copy' | 'move',
    { keys }: ICarried,
    from: IBucket,
    target: IBucket,
    to: ILocation,
    onConflict: OnConflict
  ): Promise<void> {
    const { moved, trans } = this._context;
    const what = called(keys, trans);
    const folder = basename(to.key) || target.label;
    const title =
      kind === 'copy'
        ? trans.__('Copying %1 to "%2"', what, folder)
        : trans.__('Moving %1 to "%2"', what, folder);
    const landing = (key: string) => `${to.key}${basename(key)}${key.endsWith('/') ? '/' : ''}`;
    // A copy of the home is not in the home: its number makes it somebody else's folder.
    const isBeside = onConflict === 'keepBoth' && to.key === '';
    const written = [
      ...keys.map(key => ({ bucket: target, key: isBeside ? this._copyOf(key) : landing(key) })),
      ...(kind === 'move' ? keys.map(key => ({ bucket: from, key })) : [])
    ];
    const first = onConflict === 'keepBoth' ? this._copyOf(keys[0]) : landing(keys[0]);
    await this._changes.change(written, this._words(kind, what), async confirmedOwner => {
      for (const part of inParts(keys)) {
        const request: IOperationRequest = {
          kind,
          source: { bucket: from.id, keys: part },
          destination: { bucket: to.bucket, prefix: to.key },
          onConflict
        };
        const end = await this._changes.run(request, title, confirmedOwner, ['already-exists']);
        const isGiven = end && (await this._settle(request, end, title, confirmedOwner));
        if (isGiven && kind === 'move') {
          for (const key of part) {
            moved.emit({
              from: { bucket: from.id, key },
              to: { bucket: to.bucket, key: landing(key) }
            });
          }
        }
      }
      return to.bucket === this._context.model.location?.bucket ? first : null;
    });
  }

  /** Asks about names that were taken and does what is answered; false where something stayed. */
  private async _settle(
    request: IOperationRequest,
    end: IOperation,
    title: string,
    confirmedOwner: string | undefined
  ): Promise<boolean> {
    const taken = end.failures.filter(isTaken).map(({ key }) => key);
    if (taken.length === 0) {
      return end.state === 'succeeded';
    }
    // Those beyond the first 100 failures are not told.
    const isAll = end.failuresTotal === end.failures.length;
    let agreed: IOperationRequest[] | null;
    try {
      agreed = isAll && taken.length === 1 ? await this._replacement(request, taken[0]) : null;
    } catch (error) {
      const { trans } = this._context;
      const name = legible(basename(taken[0]));
      await this._changes.refuse(trans.__('"%1" exists already', name), error);
      return false;
    }
    const choice = await this._ask(taken, isAll, request);
    if (choice === null) {
      return false;
    }
    const requests =
      choice === 'replace' && agreed
        ? agreed
        : isAll
          ? forKeys(request, taken, choice)
          : [{ ...request, onConflict: choice }];
    let isDone = true;
    for (const again of requests) {
      // Of a move that begins again, what has gone is gone.
      const handles = isAll ? [] : ['no-such-object'];
      const { state } = (await this._changes.run(again, title, confirmedOwner, handles)) ?? {};
      isDone &&= state === 'succeeded';
    }
    return isDone && isAll && end.failures.every(isTaken) && choice === 'replace';
  }

  /**
   * What replaces one object by another, in the generation that is there now: what comes there
   * while a person is asked is not lost. Null on the disk, which has no generations.
   */
  private async _replacement(
    request: IOperationRequest,
    key: string
  ): Promise<IOperationRequest[] | null> {
    const [again] = forKeys(request, [key], 'replace');
    const { destination } = again;
    if (!destination || destination.bucket === DISK.id) {
      return null;
    }
    const { bucket, prefix, name = basename(key) } = destination;
    const there = await takenBy(this._context.client, { bucket, key: prefix }, name, 'object');
    return there?.generation
      ? [{ ...again, destination: { ...destination, replaces: there.generation } }]
      : forKeys(request, [key], 'fail');
  }

  private async _ask(
    taken: readonly string[],
    isAll: boolean,
    { destination }: IOperationRequest
  ): Promise<OnConflict | null> {
    const { trans } = this._context;
    const bucket = await this._changes.bucket(destination!.bucket);
    const { button } = await showDialog({
      title:
        taken.length === 1
          ? trans.__('"%1" exists already', legible(basename(taken[0])))
          : isAll
            ? trans.__('%1 names exist already', taken.length.toLocaleString())
            : trans.__('More than %1 names exist already', taken.length.toLocaleString()),
      body: trans.__(
        'In %1. What is there is lost if you replace it; all else has been done.',
        toUri(bucket?.uri ?? '', destination!.prefix)
      ),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Skip') }),
        Dialog.warnButton({ label: trans.__('Replace'), actions: ['replace'] }),
        ...(isAll ? [Dialog.okButton({ label: trans.__('Keep Both'), actions: ['keepBoth'] })] : [])
      ],
      defaultButton: 0
    });
    return (button.actions[0] as OnConflict | undefined) ?? null;
  }

  /** What the copy of a row will be called, as far as its folder is listed. */
  private _copyOf(key: string): string {
    const { rows } = this._context.model;
    const end = key.endsWith('/') ? '/' : '';
    for (let number = 1; ; number++) {
      const copy = parentPrefix(key) + numbered(basename(key), number);
      if (rows.indexOf(copy) === -1 && rows.indexOf(`${copy}/`) === -1) {
        return copy + end;
      }
    }
  }

  private _words(kind: 'copy' | 'move', what: string) {
    const { trans } = this._context;
    return kind === 'copy'
      ? {
          inFolderOf: (owner: string) => trans.__('Copy %1 into the folder of "%2"?', what, owner),
          outside: trans.__('Copy %1 outside your own folder?', what),
          accept: trans.__('Copy Anyway')
        }
      : {
          inFolderOf: (owner: string) =>
            trans.__('Move %1 in or out of the folder of "%2"?', what, owner),
          outside: trans.__('Move %1 outside your own folder?', what),
          accept: trans.__('Move Anyway')
        };
  }

  private readonly _changes: Changes;
}
