import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React, { useEffect, useState } from 'react';
import type { IPlace } from '../store/client';
import type { IBucket } from '../store/entry';
import { foreignOwner, keyProblem, toUri } from '../store/path';
import { legible } from '../ui/legible';
import { TEST_STORE, uploadTargets } from './snippets';

/** A folder of a bucket, chosen for an upload. */
export interface IChosen {
  readonly bucket: IBucket;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
}

/** The best place for new data; null where there is none. */
export function firstTarget(buckets: readonly IBucket[]): IChosen | null {
  const bucket = uploadTargets(buckets).at(0);
  return bucket ? { bucket, prefix: bucket.home } : null;
}

/** The same as the server is told it. */
export function placeOf(chosen: IChosen | null): IPlace | null {
  return chosen && { bucket: chosen.bucket.id, prefix: chosen.prefix };
}

/** Lets a person choose where the data is to go, her own lasting folder at first, for what is below it. */
export function TargetChooser(props: {
  readonly buckets: Promise<readonly IBucket[]>;
  /** Called with every choice but the first. */
  readonly changed?: (chosen: IChosen) => void;
  /** What is shown for a choice; for null there is none to be had. */
  readonly children: (chosen: IChosen | null, all: readonly IBucket[]) => React.ReactNode;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { buckets, changed, children, trans } = props;
  const [all, setAll] = useState<readonly IBucket[]>([]);
  const [chosen, setChosen] = useState<IChosen | null>(null);

  useEffect(() => {
    let shown = true;
    buckets.then(
      found => {
        if (shown) {
          setAll(found);
          setChosen(firstTarget(found));
        }
      },
      // The panel says why; the code then has a place to fill in.
      () => undefined
    );
    return () => {
      shown = false;
    };
  }, [buckets]);

  return (
    <>
      {chosen && (
        <TargetSection
          targets={uploadTargets(all)}
          chosen={chosen}
          choose={next => {
            setChosen(next);
            changed?.(next);
          }}
          trans={trans}
        />
      )}
      {children(chosen, all)}
    </>
  );
}

interface ITargetProps {
  readonly targets: readonly IBucket[];
  readonly chosen: IChosen;
  readonly choose: (chosen: IChosen) => void;
  readonly trans: TranslationBundle;
}

/** Where the data is to go: a bucket, and a folder that need not exist yet. */
function TargetSection({ targets, chosen, choose, trans }: ITargetProps): React.JSX.Element {
  const { bucket, prefix } = chosen;
  const [text, setText] = useState(prefix);
  useEffect(() => setText(prefix), [bucket, prefix]);

  const typed = toPrefix(text, bucket);
  const problem = keyProblem(typed + TEST_STORE);
  const take = () => {
    if (problem === null && typed !== prefix) {
      choose({ bucket, prefix: typed });
    }
  };

  return (
    <section className="jp-BucketToken-target" aria-label={trans.__('Where the data goes')}>
      <HTMLSelect
        aria-label={trans.__('Bucket')}
        value={bucket.id}
        onChange={event => {
          const found = targets.find(({ id }) => id === event.target.value);
          if (found) {
            choose({ bucket: found, prefix: found.home });
          }
        }}
      >
        {targets.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </HTMLSelect>
      <input
        type="text"
        className="jp-mod-styled"
        aria-label={trans.__('Folder')}
        aria-invalid={problem !== null}
        spellCheck={false}
        placeholder={trans.__('the whole bucket')}
        value={text}
        onChange={event => setText(event.target.value)}
        onBlur={take}
        onKeyDown={event => event.key === 'Enter' && take()}
      />
      <p>{problem ?? advice({ bucket, prefix: typed }, trans)}</p>
    </section>
  );
}

/** A folder as people type it, or its whole address; empty for the whole bucket. */
export function toPrefix(text: string, { uri }: Pick<IBucket, 'uri'>): string {
  const bare = text.trim().startsWith(`${uri}/`) ? text.trim().slice(uri.length) : text.trim();
  const path = bare.replace(/^\/+/, '');
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}

function advice({ bucket, prefix }: IChosen, trans: TranslationBundle): string {
  const { uri, home, expiresAfterDays } = bucket;
  const where =
    prefix === ''
      ? trans.__('All of %1, the folders of others included.', uri)
      : foreignOwner(prefix, home) !== null
        ? trans.__(
            '%1 is not in your own folder, %2.',
            legible(toUri(uri, prefix)),
            toUri(uri, home)
          )
        : '';
  const kept =
    expiresAfterDays === null
      ? trans.__('What is written here is kept until somebody deletes it.')
      : trans._n(
          'What is written here is deleted after %1 day: choose a bucket that keeps it, if you need it longer.',
          'What is written here is deleted after %1 days: choose a bucket that keeps it, if you need it longer.',
          expiresAfterDays
        );
  return `${where} ${kept}`.trim();
}
