/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { Crc32c } from '../worker/crc32c';
import { freeName, isIdentical, lookUp, numbered } from './conflict';
import { UploadServer } from './testing/uploadServer';

const FOLDER = { bucket: 'scratch', key: 'ada/' };

let server: UploadServer;
beforeEach(async () => {
  server = await UploadServer.start();
});
afterEach(() => server.stop());

describe('lookUp', () => {
  it('finds a name and takes no other for it', async () => {
    const generation = server.put('ada/a.csv', 'one');
    server.put('ada/a.csv.gz', '');
    expect(await lookUp(server.client, FOLDER, 'a.csv', 3)).toMatchObject({ generation, size: 3 });
    expect(await lookUp(server.client, FOLDER, 'a.cs', 3)).toBeNull();
  });

  it('passes on a failure, as nothing is known then', async () => {
    const { client } = server;
    await server.stop();
    await expect(lookUp(client, FOLDER, 'a', 1)).rejects.toMatchObject({ reason: 'offline' });
  });
});

describe('isIdentical', () => {
  const sum = () => Object.assign(new Crc32c(), { forget: () => undefined });

  it.each([
    ['the same', 'one', true],
    ['as long, but another', 'two', false],
    ['longer', 'one more', false]
  ])('%s', async (_, content, wanted) => {
    server.put('ada/a', 'one');
    const existing = (await lookUp(server.client, FOLDER, 'a', 3))!;
    expect(await isIdentical(new Blob([content]), existing, sum)).toBe(wanted);
    expect(await isIdentical(new Blob([content]), { ...existing, crc32c: null }, sum)).toBe(false);
  });
});

describe('freeName', () => {
  it('is the first number that is free, in the bucket and in this drop', async () => {
    server.put('ada/a.csv', '');
    server.put('ada/a (1).csv', '');
    const taken = new Set(['a (2).csv']);
    expect(await freeName(server.client, FOLDER, 'a.csv', taken)).toBe('a (3).csv');
    expect(server.log).toEqual(['POST compare']);
  });

  it('goes on beyond the numbers asked about at first', async () => {
    for (let number = 1; number <= 60; number++) {
      server.put(`ada/a (${number})`, '');
    }
    expect(await freeName(server.client, FOLDER, 'a', new Set())).toBe('a (61)');
  });
});

describe('numbered', () => {
  it.each([
    ['a.csv', 'a (1).csv'],
    ['a', 'a (1)'],
    ['.bashrc', '.bashrc (1)'],
    ['a.tar.gz', 'a.tar (1).gz']
  ])('%s -> %s', (name, wanted) => {
    expect(numbered(name, 1)).toBe(wanted);
  });
});
