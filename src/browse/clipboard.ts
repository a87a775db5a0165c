import type { ICarried } from './actions/carry';

/** Rows that wait to be pasted. */
export interface IHeld extends ICarried {
  readonly kind: 'copy' | 'move';
}

/** What was cut or copied last, until it is pasted. */
export class Clipboard {
  /**
   * @param _changed - Called after any change.
   */
  constructor(private readonly _changed: () => void) {}

  get held(): IHeld | null {
    return this._held;
  }

  /** Whether something was cut. */
  get hasCut(): boolean {
    return this._held?.kind === 'move';
  }

  isCut(bucket: string, key: string): boolean {
    return this._held?.bucket === bucket && this._cut.has(key);
  }

  /** Takes rows in place of those before; null for none. */
  hold(held: IHeld | null): void {
    this._held = held;
    this._cut = new Set(held?.kind === 'move' ? held.keys : []);
    this._changed();
  }

  private _held: IHeld | null = null;
  private _cut: ReadonlySet<string> = new Set();
}
