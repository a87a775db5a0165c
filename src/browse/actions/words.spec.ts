import { nullTranslator } from '@jupyterlab/translation';
import { called } from './words';

const trans = nullTranslator.load('');

describe('called', () => {
  it('names one, and counts several', () => {
    expect(called(['a/x.txt'], trans)).toBe('"x.txt"');
    expect(called(['a/x', 'a/y', 'a/b/'], trans)).toBe('2 files and 1 folder');
  });

  it('does not let a name turn the sentence around that it stands in', () => {
    expect(called(['a/x\u202egnp.exe'], trans)).toBe('"x\ufffdgnp.exe"');
    expect(called(['\u2069\u200f\u061cשלום/'], trans)).toBe('"\ufffd\ufffd\ufffdשלום"');
  });
});
