import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React, { useEffect, useState } from 'react';
import type { IBucket } from '../store/entry';
import { copyText } from '../ui/clipboard';
import { uploadSnippet, uploadTargets } from './snippets';

interface ICodeProps {
  readonly buckets: Promise<readonly IBucket[]>;
  readonly trans: TranslationBundle;
}

/** Python that uses the token on the other computer, with one of the user's own places in it. */
export function CodeSection({ buckets, trans }: ICodeProps): React.JSX.Element {
  const [targets, setTargets] = useState<readonly IBucket[]>([]);
  const [chosen, choose] = useState(0);
  const [said, say] = useState('');

  useEffect(() => {
    let shown = true;
    buckets.then(
      all => shown && setTargets(uploadTargets(all)),
      // The panel says why; the code here then has a place to fill in.
      () => shown && setTargets([])
    );
    return () => {
      shown = false;
    };
  }, [buckets]);

  const bucket = targets[chosen] ?? null;
  const code = uploadSnippet(bucket);
  const copy = async () => {
    try {
      await copyText(Promise.resolve(code));
      say(trans.__('Code copied.'));
    } catch {
      say(trans.__('The browser did not copy the code: select it and copy it by hand.'));
    }
  };

  return (
    <section className="jp-BucketToken-code" aria-label={trans.__('Python code')}>
      <header>
        <strong>{trans.__('On the other computer, in Python')}</strong>
        {targets.length > 1 && (
          <HTMLSelect
            aria-label={trans.__('Bucket')}
            value={chosen}
            onChange={event => {
              choose(Number(event.target.value));
              say('');
            }}
          >
            {targets.map(({ id, label }, index) => (
              <option key={id} value={index}>
                {label}
              </option>
            ))}
          </HTMLSelect>
        )}
        <button
          type="button"
          className="jp-Dialog-button jp-mod-reject jp-mod-styled"
          onClick={copy}
        >
          {trans.__('Copy code')}
        </button>
      </header>
      <pre tabIndex={0}>{code}</pre>
      <p>{advice(bucket, trans)}</p>
      <p role="status">{said}</p>
    </section>
  );
}

function advice(bucket: IBucket | null, trans: TranslationBundle): string {
  if (!bucket) {
    return trans.__('Put your own bucket and folder in place of BUCKET/FOLDER.');
  }
  return bucket.expiresAfterDays === null
    ? trans.__('What is written here is kept until somebody deletes it.')
    : trans._n(
        'What is written here is deleted after %1 day: choose a bucket that keeps it, if you need it longer.',
        'What is written here is deleted after %1 days: choose a bucket that keeps it, if you need it longer.',
        bucket.expiresAfterDays
      );
}
