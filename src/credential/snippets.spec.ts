import type { IBucket } from '../store/entry';
import { SCRATCH } from '../testing/scratch';
import { renewingSnippet } from './renewing';
import { addresses, loginSnippets, uploadSnippet, uploadTargets } from './snippets';

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

const TOOLS = ['python', 'rclone', 'gcloud', 'curl'] as const;

const target = (prefix: string, uri = 'gs://leap-persistent') => ({ uri, prefix });

describe('uploadSnippet', () => {
  it.each(TOOLS)("has the user's own path for %s, and takes the token from its file", tool => {
    const { code } = uploadSnippet(tool, target('ada/'));
    expect(code).toMatch(tool === 'curl' ? 'b/leap-persistent/o' : 'leap-persistent/ada/');
    expect(code).toContain('token.txt');
    expect(code).toContain('test_offsite_upload.zarr');
  });

  it.each(TOOLS)('leaves a place to fill in for %s where no bucket is known', tool => {
    expect(uploadSnippet(tool, null).code).toMatch(/BUCKET.*FOLDER/);
  });

  it('says when a tool cannot name a folder', () => {
    expect(uploadSnippet('rclone', target('a//b/'))).toEqual({ code: null, problem: 'names' });
    expect(uploadSnippet('rclone', target('a/../'))).toEqual({ code: null, problem: 'names' });
    expect(uploadSnippet('gcloud', target('a#/'))).toEqual({ code: null, problem: 'wildcards' });
    expect(uploadSnippet('python', target('a*/'))).toEqual({ code: null, problem: 'wildcards' });
  });

  it('never has a word that an interactive bash takes for its history', () => {
    for (const tool of ['rclone', 'gcloud', 'curl'] as const) {
      const unquoted = uploadSnippet(tool, target('a!b/')).code!.replace(/'[^']*'/g, '');
      expect(unquoted).not.toContain('!');
      expect(unquoted).not.toContain('#');
    }
  });
});

describe('loginSnippets', () => {
  it('asks for the scope that gcloud insists on, and erases the file', () => {
    const { signIn, write, erase } = loginSnippets(target('ada/'));
    expect(signIn).toContain('--no-browser');
    expect(signIn).toContain('auth/cloud-platform');
    expect(write).toContain('"gs://leap-persistent/ada/test_offsite_upload.zarr"');
    expect(erase).toContain('revoke');
  });
});

describe('renewingSnippet', () => {
  it('has the address and the folder, and no grant', () => {
    const code = renewingSnippet({
      ...addresses(target('ada/')),
      url: 'https://hub.example.org/user/ada/leap-buckets/grants/token',
      keepAwake: true
    });
    expect(code).toContain(
      'BucketCredentials("https://hub.example.org/user/ada/leap-buckets/grants/token", grant.strip(), keep_awake=True)'
    );
    expect(code).toContain('"gs://leap-persistent/ada/test_offsite_upload.zarr"');
    expect(code).not.toMatch(/@[A-Z]+@/);
  });
});
