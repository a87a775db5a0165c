import { nullTranslator } from '@jupyterlab/translation';
import { StoreError } from '../store/errors';
import { DatasetError } from './reader';
import { explain } from './words';

const trans = nullTranslator.load('jupyterlab_leap_buckets');

function words(failure: { reason: string; status?: number; message?: string; hint?: string }) {
  const key = 'ada/x.zarr/zarr.json';
  const error = new DatasetError({ status: 0, key, message: '', hint: '', ...failure });
  const { title, detail, retry } = explain(error, trans);
  return { text: `${title}. ${detail}`, retry };
}

it.each([
  ['not-zarr', /not a Zarr store.*zarr\.json/],
  ['empty-folder', /nothing here.*ada\/x\.zarr/],
  ['bad-metadata', /metadata.*broken.*ada\/x\.zarr\/zarr\.json/],
  ['too-large', /too large.*64 MB/],
  ['offline', /did not answer.*try again/],
  ['no-worker', /could not start.*reload the page/],
  ['not-signed-in', /not signed in.*sign in again/]
])('%s is told in words, with what to do', (reason, wanted) => {
  expect(words({ reason }).text).toMatch(wanted);
});

it('gives the server’s own words, and which object they are about', () => {
  expect(
    words({ reason: 'no-permission', status: 403, message: 'Refused.', hint: 'Ask Ben.' }).text
  ).toBe('You may not read this data set. Refused. Ask Ben. (ada/x.zarr/zarr.json)');
  expect(words({ reason: 'http-502', status: 502 }).text).toContain('answered 502');
});

it('offers another try only where it may help', () => {
  expect(words({ reason: 'offline' }).retry).toBe(true);
  expect(words({ reason: 'unsupported', message: 'Unknown codec: pcodec' })).toEqual({
    text: expect.stringContaining('pcodec'),
    retry: false
  });
});

it('tells of any other error what it says', () => {
  expect(explain(new StoreError('Gone.', 404, 'gone', 'Look.'), trans).detail).toBe('Gone. Look.');
  expect(explain(new Error('odd'), trans).detail).toContain('odd');
});
