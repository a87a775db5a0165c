import type { ILocation } from '../store/path';

/** The folders gone to, as a web browser keeps them. */
export class History {
  /** Notes a folder that was gone to in any way, `back` and `forward` included. */
  visit(place: ILocation): void {
    const { current } = this;
    if (current?.bucket === place.bucket && current.key === place.key) {
      return;
    }
    this._places = [...this._places.slice(0, this._at + 1), place].slice(-MOST);
    this._at = this._places.length - 1;
  }

  get canGoBack(): boolean {
    return this._at > 0;
  }

  get canGoForward(): boolean {
    return this._at < this._places.length - 1;
  }

  /** The folder before, which is from now on the present one; null at the beginning. */
  back(): ILocation | null {
    return this.canGoBack ? this._places[--this._at] : null;
  }

  /** The folder that was left by `back`. */
  forward(): ILocation | null {
    return this.canGoForward ? this._places[++this._at] : null;
  }

  private get current(): ILocation | undefined {
    return this._places[this._at];
  }

  private _places: readonly ILocation[] = [];
  private _at = -1;
}

/** Folders kept. */
const MOST = 100;
