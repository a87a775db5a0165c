import { SCRATCH } from '../testing/scratch';
import { asBucketUri, fromUri, isUri } from './uri';

describe('an address', () => {
  it.each([
    ['gs://pangeo-data/a b/c', 'gs://pangeo-data/a b/c'],
    [' gs://pangeo-data ', 'gs://pangeo-data'],
    [
      'https://console.cloud.google.com/storage/browser/pangeo-data/a%20b;tab=objects?project=x',
      'gs://pangeo-data/a b'
    ],
    ['https://console.cloud.google.com/storage/browser/pangeo-data', 'gs://pangeo-data/'],
    [
      'https://console.cloud.google.com/storage/browser/_details/pangeo-data/a/x.nc;tab=live_object',
      'gs://pangeo-data/a/x.nc'
    ],
    ['https://storage.googleapis.com/pangeo-data/a%2Fb?x=1', 'gs://pangeo-data/a/b'],
    ['https://storage.cloud.google.com/pangeo-data/a/b', 'gs://pangeo-data/a/b'],
    ['https://pangeo-data.storage.googleapis.com/a/b', 'gs://pangeo-data/a/b'],
    [
      'https://storage.googleapis.com/storage/v1/b/pangeo-data/o/a%2Fb?alt=media',
      'gs://pangeo-data/a/b'
    ],
    ['https://example.org/pangeo-data/a', 'https://example.org/pangeo-data/a'],
    [
      'https://storage.googleapis.com/pangeo-data/%ff',
      'https://storage.googleapis.com/pangeo-data/%ff'
    ]
  ])('%s means %s', (text, uri) => {
    expect(isUri(text)).toBe(true);
    expect(asBucketUri(text)).toBe(uri);
  });

  it('is no name', () => {
    expect(isUri('precip:2020')).toBe(false);
  });

  it('leads into a bucket that is known', () => {
    const name = SCRATCH.uri.slice('gs://'.length);
    const place = fromUri(`https://storage.googleapis.com/${name}/a/b`, [SCRATCH]);
    expect(place).toEqual({ bucket: SCRATCH.id, key: 'a/b' });
    expect(fromUri('gs://elsewhere/a', [SCRATCH])).toBeNull();
  });
});
