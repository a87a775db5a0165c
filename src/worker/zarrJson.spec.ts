import { parseJson } from './zarrJson';

function parsed(text: string): unknown {
  return parseJson(Buffer.from(text));
}

it('reads what Python writes, and changes nothing inside strings', () => {
  expect(
    parsed('{"a":[NaN,-Infinity,1,-2.5e3],"b \\"NaN":"NaN, \\\\", "c":1152921504606846977}')
  ).toEqual({
    a: ['NaN', '-Infinity', 1, -2500],
    'b "NaN': 'NaN, \\',
    c: '1152921504606846977'
  });
});

it('reads strings of any length', () => {
  const long = `${'x'.repeat(9_000_000)}"NaN`;
  expect(parsed(JSON.stringify({ long }))).toEqual({ long });
});

it.each([
  ['a string that never ends', `"${'\\"'.repeat(700_000)}`],
  ['brackets without end', '['.repeat(1_000_000)],
  ['nothing', '']
])('refuses %s at once', (_, text) => {
  const start = Date.now();
  expect(() => parsed(text)).toThrow();
  // By trying every start of a string, it would take minutes.
  expect(Date.now() - start).toBeLessThan(3000);
});

it('reads 200 levels and no more', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(JSON.stringify(parsed(nested(200)))).toBe(nested(200));
  expect(() => parsed(nested(201))).toThrow('nested');
});
