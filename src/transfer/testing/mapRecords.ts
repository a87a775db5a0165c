import type { IDropRecord, IRecords } from '../memory';

/** Records that live as long as the test. */
export class MapRecords implements IRecords {
  readonly kept = new Map<string, IDropRecord>();

  /** What a page that goes away leaves: it changes nothing of it any more. */
  copy(): MapRecords {
    const copy = new MapRecords();
    this.kept.forEach((record, id) => copy.kept.set(id, record));
    return copy;
  }

  async all(): Promise<IDropRecord[]> {
    return [...this.kept.values()];
  }

  async set(record: IDropRecord): Promise<void> {
    this.kept.set(record.id, record);
  }

  async delete(id: string): Promise<void> {
    this.kept.delete(id);
  }
}
