import type { ILocation } from '../store/path';
import type { IDatasetFacts } from '../tokens';
import type { DatasetReader } from './reader';

/** What is in the root of a data set, for capabilities that show more than it. Rejects with a `DatasetError`. */
export async function describe(
  reader: DatasetReader,
  { bucket, key }: ILocation
): Promise<IDatasetFacts> {
  const dataset = reader.open({ bucket, prefix: key });
  try {
    const { format, groups } = await dataset.summary();
    const { variables } = groups[0];
    const small = variables.find(({ previewable }) => previewable);
    const preview = small ? await dataset.preview(small.path) : null;
    return {
      format,
      variables: variables.map(({ name, dims, shape, dtype }) => ({ name, dims, shape, dtype })),
      bytes: variables.reduce<number | null>(
        (all, { bytes }) => (all === null || bytes === null ? null : all + bytes),
        0
      ),
      values: variables.length === 1 ? (preview?.values ?? null) : null
    };
  } finally {
    dataset.close();
  }
}
