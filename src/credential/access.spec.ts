import type { IAccessToken } from '../store/entry';
import { StoreError } from '../store/errors';
import { Access, REVEAL_TIME } from './access';

const NOW = Date.parse('2026-01-31T12:00:00Z');

const PLACE = { bucket: 'leap-persistent', prefix: 'ada/' };
const HUB = 'hub@leap.iam.gserviceaccount.com';

function answer(
  expiresAt: string | null,
  place: typeof PLACE | null = PLACE,
  account: string | null = HUB
): IAccessToken {
  const scope = place
    ? ({ kind: 'limited', ...place, permissions: ['read', 'write'] } as const)
    : ({ kind: 'full', bucket: null, prefix: null, permissions: ['*'] } as const);
  return { accessToken: 'ya29.secret', expiresAt, account, source: 'gcloud', scope };
}

let opened: Access | null = null;

/** Disposed after the test. */
function open(source: ConstructorParameters<typeof Access>[0]): Access {
  return (opened = new Access(source));
}

async function ready(expiresAt: string | null): Promise<Access> {
  const access = open(() => Promise.resolve(answer(expiresAt)));
  access.ask(PLACE);
  await access.secret();
  expect(access.state.phase).toBe('ready');
  return access;
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});

afterEach(() => {
  opened?.dispose();
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
        account: HUB,
        source: 'gcloud',
        limit: PLACE
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
    expect(access.state).toEqual({ phase: 'ended', endsAt: null });
    await expect(access.secret()).rejects.toThrow();
  });

  it('forgets the token when it is told to, and says until when copies are good', async () => {
    const access = await ready('2026-01-31T12:59:00Z');
    access.forget();
    expect(access.state).toEqual({ phase: 'ended', endsAt: NOW + 59 * 60_000 });
    await expect(access.secret()).rejects.toThrow();
  });

  it('forgets the token when it is disposed, and speaks no more', async () => {
    const access = await ready('2026-01-31T12:59:00Z');
    await access.reveal();
    const heard = jest.fn();
    access.changed.connect(heard);
    access.dispose();
    expect(access.state).toEqual({ phase: 'ended', endsAt: null });
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
    const access = open(source);
    access.ask(PLACE);
    await expect(access.secret()).rejects.toBe(error);
    expect(access.state).toEqual({ phase: 'failed', error });
    access.again();
    expect(access.state).toEqual({ phase: 'asking' });
    await expect(access.secret()).resolves.toBe('ya29.secret');
    access.dispose();
  });

  it('aborts the request of a dialog that was closed', () => {
    let aborted: AbortSignal | null = null;
    const access = open((place, signal) => {
      aborted = signal;
      return new Promise(() => undefined);
    });
    access.askFull();
    access.dispose();
    expect(aborted!.aborted).toBe(true);
  });

  it.each(['limiting-refused', 'limited-not-available'])(
    'asks for no other token where a limited one is not to be had (%s)',
    async reason => {
      const error = new StoreError('Refused.', 502, reason);
      const source = jest.fn((place: typeof PLACE | null) =>
        place ? Promise.reject(error) : Promise.resolve(answer(null, null))
      );
      const access = open(source);
      access.ask(PLACE);
      await expect(access.secret()).rejects.toBe(error);
      expect(access.state).toEqual({ phase: 'refused', error });
      expect(source).toHaveBeenCalledTimes(1);
      access.askFull();
      await expect(access.secret()).resolves.toBe('ya29.secret');
      expect(access.state).toMatchObject({ phase: 'ready', access: { limit: null } });
    }
  );

  it.each([
    ['a full token', answer(null, null)],
    ['one for another folder', answer(null, { ...PLACE, prefix: '' })],
    ['one for another bucket', answer(null, { ...PLACE, bucket: 'other' })]
  ])('gives away nothing when the server answers %s', async (_, answered) => {
    const access = open(() => Promise.resolve(answered));
    access.ask(PLACE);
    await expect(access.secret()).rejects.toThrow('other limits');
    expect(access.state.phase).toBe('refused');
  });

  it('asks for nothing where there is no folder to limit it to', async () => {
    const source = jest.fn();
    const access = open(source);
    access.ask(Promise.resolve(null));
    await expect(access.secret()).rejects.toThrow('no folder');
    expect(access.state.phase).toBe('refused');
    expect(source).not.toHaveBeenCalled();
  });

  it('waits for the folder to be known', async () => {
    const access = open(place => Promise.resolve(answer(null, place as typeof PLACE)));
    access.ask(Promise.resolve(PLACE));
    expect(access.state).toEqual({ phase: 'asking' });
    await expect(access.secret()).resolves.toBe('ya29.secret');
  });

  it.each(['ada@gmail.com', null, 'ada@iam.gserviceaccount.com.example.org'])(
    'holds the token of %s back until it is confirmed',
    async account => {
      const access = open(place =>
        Promise.resolve(answer('2026-01-31T12:59:00Z', place as typeof PLACE, account))
      );
      access.ask(PLACE);
      await expect(access.secret()).rejects.toThrow();
      expect(access.state.phase).toBe('doubtful');
      await expect(access.reveal()).rejects.toThrow();
      access.confirm();
      await expect(access.secret()).resolves.toBe('ya29.secret');
      // Once is enough for the same identity with as little power, never for more.
      access.again();
      await expect(access.secret()).resolves.toBe('ya29.secret');
      access.askFull();
      await expect(access.secret()).rejects.toThrow();
      expect(access.state.phase).toBe('doubtful');
    }
  );

  it('confirms nothing that is not asked', async () => {
    const access = open(() => Promise.reject(new StoreError('No.', 502, 'limiting-refused')));
    access.ask(PLACE);
    access.confirm();
    await expect(access.secret()).rejects.toThrow('No.');
    access.confirm();
    expect(access.state.phase).toBe('refused');
  });

  it('a choice made meanwhile wins', async () => {
    const answers: ((token: IAccessToken) => void)[] = [];
    const access = open(() => new Promise(resolve => answers.push(resolve)));
    access.ask(PLACE);
    const other = { ...PLACE, prefix: 'ada/run/' };
    access.ask(other);
    await Promise.resolve();
    await Promise.resolve();
    // The first was given up before it was sent.
    answers[0](answer(null, other));
    await access.secret();
    expect(answers).toHaveLength(1);
    expect(access.state).toMatchObject({ phase: 'ready', access: { limit: other } });
    access.dispose();
  });
});
