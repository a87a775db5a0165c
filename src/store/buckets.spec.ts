import { SCRATCH } from '../testing/scratch';
import { BucketList } from './buckets';
import type { IBucket } from './entry';
import { StoreError } from './errors';

const PUBLIC: IBucket = { ...SCRATCH, id: 'era5', uri: 'gs://era5', home: '', access: 'read-only' };

function list(known: IBucket[]) {
  const asked: string[] = [];
  const client = {
    buckets: () => {
      asked.push('buckets');
      return Promise.resolve(known);
    },
    addBucket: (uri: string) => {
      asked.push(uri);
      return uri === PUBLIC.uri
        ? Promise.resolve(PUBLIC)
        : Promise.reject(new StoreError('It is not public.', 403, 'no-permission'));
    }
  };
  return { asked, buckets: new BucketList(client) };
}

describe('the buckets of a server', () => {
  it('are asked once', async () => {
    const { asked, buckets } = list([SCRATCH]);
    expect(await Promise.all([buckets.all(), buckets.get(SCRATCH.id)])).toEqual([
      [SCRATCH],
      SCRATCH
    ]);
    expect(asked).toEqual(['buckets']);
  });

  it('get those again that a person has added', async () => {
    const { asked, buckets } = list([SCRATCH]);
    buckets.added = [{ uri: 'gs://era5' }, { uri: 'gs://secret' }];
    const all = await buckets.all();
    expect(all.map(({ id, error }) => [id, error])).toEqual([
      [SCRATCH.id, null],
      ['era5', null],
      ['gs://secret', 'It is not public.']
    ]);
    expect(asked).toEqual(['buckets', 'gs://era5', 'gs://secret']);
  });

  it('are not added when the server knows them still', async () => {
    const { asked, buckets } = list([SCRATCH, PUBLIC]);
    buckets.added = [{ uri: 'gs://era5/' }];
    expect(await buckets.all()).toEqual([SCRATCH, PUBLIC]);
    expect(asked).toEqual(['buckets']);
  });
});
