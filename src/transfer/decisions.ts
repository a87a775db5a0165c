import type { IExisting } from '../store/entry';
import type { Choice } from './conflict';
import type { IGate } from './gate';
import type { IQuestions } from './transfers';
import type { IUploadRequest } from './uploadJob';

/** What the user wants done with the names of one drop that are taken. */
export class Decisions {
  /** @param _stopped - Of the drop. */
  constructor(
    private readonly _questions: IQuestions,
    private readonly _gate: IGate,
    private readonly _stopped: AbortSignal
  ) {}

  /**
   * One question at a time; an answer for all is not asked for again, and once the drop or what `signal` stands for was
   * stopped nothing is asked: `skip`.
   *
   * @param more - As for `IQuestions.conflict`.
   */
  make(
    request: IUploadRequest,
    existing: IExisting,
    more: number | null,
    signal: AbortSignal = this._stopped
  ): Promise<Choice> {
    const stopped = AbortSignal.any([signal, this._stopped]);
    const asking = this._asking.then(async () => {
      if (!this._forAll) {
        await this._gate.passed(stopped);
      }
      if (stopped.aborted) {
        return 'skip';
      }
      if (this._forAll) {
        return this._forAll;
      }
      const { choice, forAll } = await this._questions.conflict(request, existing, more);
      if (forAll) {
        this._forAll = choice;
      }
      return choice;
    });
    // A dialog that failed is told to who asked for it; the next is asked all the same.
    this._asking = asking.catch(() => undefined);
    return asking;
  }

  private _forAll: Choice | null = null;
  private _asking: Promise<unknown> = Promise.resolve();
}
