/** The name of a row that is being edited in its place. */
export class Renaming {
  /**
   * @param _changed - Called after any change.
   */
  constructor(private readonly _changed: () => void) {}

  /** Takes the new name of this row, or null if it stays; null while another is edited, or none. */
  of(key: string): ((name: string | null) => void) | null {
    return this._edited?.key === key ? this._edited.done : null;
  }

  /** Begins to edit a name, in place of the one before. Resolves with the new one, or null if it stays. */
  async edit(key: string): Promise<string | null> {
    this._edited?.done(null);
    const name = await new Promise<string | null>(done => {
      this._edited = { key, done };
      this._changed();
    });
    if (this._edited?.key === key) {
      this._edited = null;
      this._changed();
    }
    return name;
  }

  private _edited: { readonly key: string; readonly done: (name: string | null) => void } | null =
    null;
}
