import { LINK_PATTERN, linkedPath } from './link';

describe('a link to a document of a bucket', () => {
  it.each([
    ['/lab/tree/buckets%3Ascratch/ada/x.txt', 'buckets:scratch/ada/x.txt'],
    ['/lab/tree/buckets:scratch/ada/x.txt', 'buckets:scratch/ada/x.txt'],
    ['/lab/workspaces/auto-a/tree/buckets%3ascratch/x', 'buckets:scratch/x'],
    ['/doc/tree/buckets%3Ascratch/x', 'buckets:scratch/x'],
    ['/lab/tree/buckets%3Ascratch/a%20b/%23%3F%252F', 'buckets:scratch/a b/#?%2F'],
    ['/lab/tree/buckets%3Ascratch/tree/x', 'buckets:scratch/tree/x']
  ])('is found in %s', (address, path) => {
    expect(address).toMatch(LINK_PATTERN);
    expect(linkedPath(address)).toBe(path);
  });

  it.each(['/lab', '/lab/tree/x.txt', '/lab/tree/bucketsfolder/x', '/lab/tree/a/buckets:b'])(
    'is not %s',
    address => {
      expect(address).not.toMatch(LINK_PATTERN);
    }
  );

  it('that was cut within a character has no path', () => {
    expect(linkedPath('/lab/tree/buckets%3Ascratch/%C3')).toBeNull();
  });
});
