import type { IBucket } from '../store/entry';
import { SCRATCH } from '../testing/scratch';
import { uploadSnippet, uploadTargets } from './snippets';

const scratch: IBucket = { ...SCRATCH, id: 'leap-scratch' };
const persistent: IBucket = {
  ...scratch,
  id: 'leap-persistent',
  uri: 'gs://leap-persistent',
  label: 'My persistent',
  expiresAfterDays: null
};

describe('uploadTargets', () => {
  it('prefers a place that keeps what is written, then one of the own', () => {
    const shared: IBucket = { ...persistent, id: 'shared', home: '' };
    expect(uploadTargets([shared, scratch, persistent])).toEqual([persistent, scratch, shared]);
  });

  it('leaves out what a Google token cannot write to', () => {
    expect(
      uploadTargets([
        { ...scratch, provider: 's3' },
        { ...scratch, provider: 'local' },
        { ...scratch, access: 'read-only' },
        { ...scratch, error: 'No such bucket.' }
      ])
    ).toEqual([]);
  });
});

describe('uploadSnippet', () => {
  it("has the user's own path and reads the token from its file", () => {
    const code = uploadSnippet(persistent);
    expect(code).toContain('store = "gs://leap-persistent/ada/test_offsite_upload.zarr"');
    expect(code).toContain('open("token.txt")');
  });

  it('leaves a place to fill in where no bucket is known', () => {
    expect(uploadSnippet(null)).toContain('"gs://BUCKET/FOLDER/test_offsite_upload.zarr"');
  });

  it('quotes what would end the string', () => {
    expect(uploadSnippet({ ...persistent, home: 'a"b\\/' })).toContain(
      '"gs://leap-persistent/a\\"b\\\\/test_offsite_upload.zarr"'
    );
  });
});
