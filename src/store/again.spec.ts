import { forKeys, retries } from './again';
import type { IFailure, IOperation, IOperationRequest } from './operations';

const MOVE: IOperationRequest = {
  kind: 'move',
  source: { bucket: 's', keys: ['a/b/', 'a/x.txt'], generations: [null, '7'] },
  destination: { bucket: 'p', prefix: 'c/' }
};

function ended(request: IOperationRequest, reasons: Record<string, string>, more = 0): IOperation {
  const failures: IFailure[] = Object.entries(reasons).map(([key, reason]) => ({
    key,
    reason,
    message: ''
  }));
  return {
    ...{ id: 'op', kind: request.kind, state: 'failed', startedAt: null, endedAt: null },
    ...{ objects: 0, objectsTotal: 0, bytes: 0, bytesTotal: 0 },
    ...{ failures, failuresTotal: failures.length + more },
    source: request.source,
    destination: request.destination ?? null
  };
}

test('each object goes to where the whole would have brought it', () => {
  expect(forKeys(MOVE, ['a/b/d/y.txt', 'a/b/z', 'a/x.txt'], 'replace')).toEqual([
    {
      kind: 'move',
      source: { bucket: 's', keys: ['a/b/d/y.txt'], generations: [null] },
      destination: { bucket: 'p', prefix: 'c/b/d/' },
      onConflict: 'replace'
    },
    {
      kind: 'move',
      source: { bucket: 's', keys: ['a/b/z'], generations: [null] },
      destination: { bucket: 'p', prefix: 'c/b/' },
      onConflict: 'replace'
    },
    {
      kind: 'move',
      source: { bucket: 's', keys: ['a/x.txt'], generations: ['7'] },
      destination: { bucket: 'p', prefix: 'c/' },
      onConflict: 'replace'
    }
  ]);
});

test('a rename keeps the new name, of a file and of a folder', () => {
  const rename = (key: string): IOperationRequest => ({
    kind: 'move',
    source: { bucket: 's', keys: [key] },
    destination: { bucket: 's', prefix: 'a/', name: 'new' }
  });
  expect(forKeys(rename('a/x.txt'), ['a/x.txt'], 'replace')[0].destination).toEqual({
    bucket: 's',
    prefix: 'a/',
    name: 'new'
  });
  expect(forKeys(rename('a/b/'), ['a/b/c/x'], 'fail')[0].destination).toEqual({
    bucket: 's',
    prefix: 'a/new/c/'
  });
});

test.each([{}, { name: 'new' }])(
  'only what was agreed to is replaced, however often it is tried: %j',
  named => {
    const replaces = '17';
    const move: IOperationRequest = {
      kind: 'move',
      source: { bucket: 's', keys: ['a/x.txt'] },
      destination: { bucket: 's', prefix: 'c/', ...named, replaces },
      onConflict: 'replace'
    };
    expect(forKeys(move, ['a/x.txt'], 'replace')[0].destination).toEqual(move.destination);
    expect(forKeys(move, ['a/x.txt'], 'skip')[0].destination).not.toHaveProperty('replaces');
  }
);

test('what lies below a prefix loses only that', () => {
  const copy: IOperationRequest = {
    kind: 'copy',
    source: { bucket: 's', prefix: 'a/b/' },
    destination: { bucket: 's', prefix: 'c/' }
  };
  expect(forKeys(copy, ['a/b/d/x'], 'skip')[0].destination).toEqual({
    bucket: 's',
    prefix: 'c/d/'
  });
});

test('only what may succeed now is tried again', () => {
  const mixed = { 'a/x.txt': 'store-busy', 'a/b/y': 'changed-meanwhile', 'a/b/': 'store-busy' };
  expect(retries(MOVE, ended(MOVE, mixed)).map(({ source }) => source.keys)).toEqual([['a/x.txt']]);
  expect(retries(MOVE, ended(MOVE, { 'a/x.txt': 'already-exists' }))).toEqual([]);
});

test('failures that were not told are found by going over all of it', () => {
  const known = { 'a/x.txt': 'store-busy' };
  expect(retries(MOVE, ended(MOVE, known, 5))).toEqual([MOVE]);
  const copy: IOperationRequest = { ...MOVE, kind: 'copy' };
  expect(retries(copy, ended(copy, known, 5))).toEqual([{ ...copy, onConflict: 'skip' }]);
});

test('a folder that was numbered is not tried again into another', () => {
  const twice: IOperationRequest = { ...MOVE, kind: 'copy', onConflict: 'keepBoth' };
  expect(retries(twice, ended(twice, { 'a/b/y': 'store-busy' }))).toEqual([]);
});
