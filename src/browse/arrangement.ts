import { arranged, type IOrder, isStoreOrder, STORE_ORDER } from './order';
import { type IRows, type Listed, NO_ROWS } from './rows';
import { inSlices } from './slices';

/** The rows of a list as they are shown: those with a text in their name, in some order. */
export class Arrangement {
  /**
   * @param _changed - Called when work that took longer than one slice is done.
   */
  constructor(private readonly _changed: () => void) {}

  /** What is shown. It stays while other rows are filtered and sorted. */
  rows: IRows = NO_ROWS;
  order: IOrder = STORE_ORDER;
  /** Names are shown that contain it, ignoring case; empty for all. */
  text = '';

  /** Whether rows are shown as they are listed. */
  get isPlain(): boolean {
    return this.text === '' && isStoreOrder(this.order);
  }

  /** Filters and sorts these: at once if that is quick, else beside keys and drawing. */
  show(listed: Listed, done: () => void = () => undefined): void {
    this.stop();
    if (this.isPlain) {
      this.rows = listed;
      done();
      return;
    }
    this.stop = inSlices(arranged(listed, this.text, this.order), rows => {
      this.rows = rows;
      done();
      this._changed();
    });
  }

  /** Ends what is under way; the rows stay as they are. */
  stop: () => void = () => undefined;
}
