/** What a job tells while it runs. */
export interface IProgress {
  /** So many bytes are under way or have arrived; may go down again. */
  moved(bytes: number): void;
  /** Something failed and is tried again after a pause. */
  stalled(): void;
}
