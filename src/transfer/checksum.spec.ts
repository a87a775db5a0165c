/**
 * @jest-environment <rootDir>/src/transfer/testing/environment.js
 */
import { Crc32c } from '../worker/crc32c';
import { ChecksumWorker } from './checksum';

it.each([
  [[], 'AAAAAA=='],
  // The check value of RFC 3720 and its kin.
  [['123456789'], '4waSgw=='],
  [['1234', '', '56789'], '4waSgw==']
])('the crc32c of %j is %s', async (parts, wanted) => {
  const sum = new Crc32c();
  for (const part of parts) {
    await sum.add(new Blob([part]));
  }
  expect(await sum.digest()).toBe(wanted);
});

it('fails those who wait when the worker breaks, and starts another for the next file', async () => {
  const started: { onerror: () => void; postMessage: jest.Mock; terminate: jest.Mock }[] = [];
  const checksums = new ChecksumWorker(() => {
    started.push({ onerror: () => undefined, postMessage: jest.fn(), terminate: jest.fn() });
    return started.at(-1) as unknown as Worker;
  });
  const file = checksums.file();
  const waiting = file.add(new Blob(['x']));
  started[0].onerror();
  await expect(waiting).rejects.toMatchObject({ reason: 'no-checksum' });
  // What it had summed is gone: to go on would give a wrong sum.
  await expect(file.digest()).rejects.toMatchObject({ reason: 'no-checksum' });
  checksums.file();
  expect(started).toHaveLength(2);
});
