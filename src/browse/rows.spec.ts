import type { IEntry } from '../store/entry';
import { compareKeys, Page } from './columns';
import { Listed } from './rows';

const file = (name: string, generation: string | null = '1'): IEntry => ({
  kind: 'object',
  name,
  key: `x/${name}`,
  size: 3,
  updated: '2026-01-02T03:04:05.678Z',
  created: '2026-01-01T00:00:00Z',
  generation,
  contentType: null,
  storageClass: null
});

describe('rows in columns', () => {
  it('keep everything that a row shows', () => {
    const rows = new Listed('x/', [Page.of([file('a', '1700000000000000')], '')], true);
    expect(rows.at(0)).toEqual({
      kind: 'object',
      name: 'a',
      key: 'x/a',
      size: 3,
      generation: '1700000000000000',
      updated: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      created: Date.UTC(2026, 0, 1)
    });
  });

  it.each(['', '007', '1e3', '99999999999999999999', '"etag"', '1700000000000000'])(
    'keep the generation %p as it is',
    generation => {
      const entries = [file('a', generation), file('b', null)];
      const rows = new Listed('x/', [Page.of(entries, '')], true);
      expect(rows.at(0).generation).toBe(generation);
      expect(rows.at(1).generation).toBeNull();
    }
  );

  it('are found in the order of UTF-8, where JavaScript has another', () => {
    const names = [
      'A',
      'a',
      'a-',
      'a0',
      'é',
      'e\u0301',
      '\ue000',
      '\uffee',
      '\u{1f600}',
      '\u{1f601}'
    ];
    const bytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...names].sort(compareKeys)).toEqual(bytes);
    const rows = new Listed(
      'x/',
      [
        Page.of(
          bytes.map(name => file(name)),
          ''
        )
      ],
      true
    );
    bytes.forEach((name, index) => expect(rows.indexOf(`x/${name}`)).toBe(index));
  });
});
