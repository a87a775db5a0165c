import type { IDropRecord, IRecords } from '../memory';

/** Records that live as long as the test. */
export class MapRecords implements IRecords {
  readonly kept = new Map<string, IDropRecord>();

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
