/** Where a person's data is. */
export type Source = 'computer' | 'hpc' | 'archive' | 'bucket';

/** How much it is: up to 10 GB, up to 1 TB, more. */
export type Amount = 'little' | 'much' | 'huge';

/** What a person has told of the data. */
export interface IAnswers {
  readonly source: Source;
  readonly amount: Amount;
  /** Whether others can get it elsewhere: no result of one's own. */
  readonly published: boolean;
}
