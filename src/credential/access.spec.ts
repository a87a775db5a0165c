import type { IAccessToken } from '../store/entry';
import { StoreError } from '../store/errors';
import { Access, REVEAL_TIME } from './access';

const NOW = Date.parse('2026-01-31T12:00:00Z');

function answer(expiresAt: string | null): IAccessToken {
  return {
    accessToken: 'ya29.secret',
    expiresAt,
    account: 'ada@example.org',
    source: 'gcloud',
    scope: { kind: 'full', bucket: null, prefix: null, permissions: ['*'] }
  };
}

async function ready(expiresAt: string | null): Promise<Access> {
  const access = new Access(() => Promise.resolve(answer(expiresAt)));
  await access.secret();
  expect(access.state.phase).toBe('ready');
  return access;
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('Access', () => {
  it('tells everything but the token', async () => {
    const access = await ready('2026-01-31T12:59:00Z');
    expect(access.state).toEqual({
      phase: 'ready',
      token: null,
      access: {
        endsAt: NOW + 59 * 60_000,
        renewableAt: null,
        account: 'ada@example.org',
        source: 'gcloud'
      }
    });
    expect(JSON.stringify(access.state)).not.toContain('secret');
  });

  it('says when a new token can be had, if this one came late in its life', async () => {
    const access = await ready('2026-01-31T12:49:59Z');
    expect(access.state).toMatchObject({
      access: { renewableAt: Date.parse('2026-01-31T12:45:59Z') }
    });
  });

  it('does not make up an end', async () => {
    const access = await ready(null);
    expect(access.state).toMatchObject({ access: { endsAt: null, renewableAt: null } });
    jest.advanceTimersByTime(24 * 3600_000);
    expect(access.state.phase).toBe('ready');
  });

  it('masks a revealed token after a while, counted from the last reveal', async () => {
    const access = await ready('2026-01-31T12:59:00Z');
    await access.reveal();
    expect(access.state).toMatchObject({ token: 'ya29.secret' });
    access.hide();
    expect(access.state).toMatchObject({ token: null });
    jest.advanceTimersByTime(REVEAL_TIME - 1);
    await access.reveal();
    jest.advanceTimersByTime(REVEAL_TIME - 1);
    expect(access.state).toMatchObject({ token: 'ya29.secret' });
    jest.advanceTimersByTime(1);
    expect(access.state).toMatchObject({ token: null });
  });

  it('forgets the token when it ends', async () => {
    const access = await ready('2026-01-31T12:05:00Z');
    jest.advanceTimersByTime(5 * 60_000);
    expect(access.state).toEqual({ phase: 'ended' });
    await expect(access.secret()).rejects.toThrow();
  });

  it('forgets the token when it is disposed, and speaks no more', async () => {
    const access = await ready('2026-01-31T12:59:00Z');
    await access.reveal();
    const heard = jest.fn();
    access.changed.connect(heard);
    access.dispose();
    expect(access.state).toEqual({ phase: 'ended' });
    await expect(access.secret()).rejects.toThrow();
    jest.advanceTimersByTime(3600_000);
    expect(heard).not.toHaveBeenCalled();
  });

  it('tells why there is no token, and asks again', async () => {
    const error = new StoreError('gcloud gave no token.', 502, 'gcloud-failed', 'Sign in.');
    const source = jest
      .fn<Promise<IAccessToken>, []>()
      .mockRejectedValueOnce(error)
      .mockResolvedValueOnce(answer(null));
    const access = new Access(source);
    await expect(access.secret()).rejects.toBe(error);
    expect(access.state).toEqual({ phase: 'failed', error });
    access.ask();
    expect(access.state).toEqual({ phase: 'asking' });
    await expect(access.secret()).resolves.toBe('ya29.secret');
    access.dispose();
  });

  it('aborts the request of a dialog that was closed', () => {
    let aborted: AbortSignal | null = null;
    const access = new Access(signal => {
      aborted = signal;
      return new Promise(() => undefined);
    });
    access.dispose();
    expect(aborted!.aborted).toBe(true);
  });
});
