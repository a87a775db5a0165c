import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';
import { copyText } from '../ui/clipboard';
import { hasWildcards, loginSnippets, uploadSnippet, type ITarget, type Tool } from './snippets';

interface ICodeProps {
  /** What the code does, for screen readers. */
  readonly label: string;
  readonly code: string;
  readonly trans: TranslationBundle;
}

/** Code to copy. */
export function Code({ label, code, trans }: ICodeProps): React.JSX.Element {
  const [said, say] = useState('');
  const copy = async () => {
    try {
      await copyText(Promise.resolve(code));
      say(trans.__('Code copied.'));
    } catch {
      say(trans.__('The browser did not copy the code: select it and copy it by hand.'));
    }
  };
  return (
    <section className="jp-BucketToken-code" aria-label={label}>
      <header>
        <span role="status">{said}</span>
        <button
          type="button"
          className="jp-Dialog-button jp-mod-reject jp-mod-styled"
          onClick={copy}
        >
          {trans.__('Copy code')}
        </button>
      </header>
      <pre tabIndex={0}>{code}</pre>
    </section>
  );
}

interface IToolProps {
  readonly tool: Tool;
  readonly target: ITarget | null;
  readonly trans: TranslationBundle;
}

/** The code for one tool, with a line on what it needs. */
export function ToolCode({ tool, target, trans }: IToolProps): React.JSX.Element {
  const { code, problem } = uploadSnippet(tool, target);
  const needs = {
    python: trans.__(
      'For data sets. It needs Python with gcsfs, xarray and zarr, and dask for your own files.'
    ),
    rclone: trans.__(
      'For folders of files. It needs rclone 1.60 or newer, in bash or zsh. Put your folder in place of my_data.'
    ),
    gcloud: trans.__(
      "For files and folders. It needs Google's gcloud, in bash or zsh; you need not sign in. Put your folder in place of my_data."
    ),
    curl: trans.__(
      'For single files where nothing else is installed. It needs curl, in bash or zsh. Put your file in place of my_data.nc.'
    )
  };
  const problems = {
    names: trans.__(
      'rclone cannot name this folder: it has an empty part, one of dots alone, or a character that rclone uses for another. Use another tool.'
    ),
    wildcards: wildcards(trans)
  };
  return (
    <>
      <p>
        {needs[tool]}{' '}
        {trans.__('It takes the token from the file token.txt beside it, or asks for it.')}
        {target === null &&
          ` ${trans.__('Put your own bucket and folder in place of BUCKET/FOLDER.')}`}
      </p>
      {code === null ? (
        <p role="note">{problem && problems[problem]}</p>
      ) : (
        <Code label={trans.__('Code')} code={code} trans={trans} />
      )}
    </>
  );
}

/** Why there is no code for a folder. */
export function wildcards(trans: TranslationBundle): string {
  return trans.__(
    'This tool takes characters in the name of this folder, such as * ? [ ], for those of several folders. Choose another folder, or rclone or curl.'
  );
}

/** The guide's way, with one's own Google account. */
export function LoginCode({
  target,
  trans
}: {
  target: ITarget | null;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { signIn, write, erase } = loginSnippets(target);
  return (
    <>
      <p>
        {trans.__(
          "With your own Google account, which has to be let into the bucket (at LEAP by its Google Group). You need gcloud 372 or newer on the computer with the data and on one with a browser. An upload grant, under 'Longer than an hour', needs neither."
        )}
      </p>
      <p>
        <strong>{trans.__('1. Sign in')}</strong>{' '}
        {trans.__(
          'where the data is, and follow what it says. Newer versions of gcloud refuse to go without the scope cloud-platform, which is more than the guide had: it opens all that your account may do in Google Cloud.'
        )}
      </p>
      <Code label={trans.__('Sign in')} code={signIn} trans={trans} />
      <p>
        <strong>{trans.__('2. Write')}</strong> {trans.__('in Python, for as long as it takes.')}
      </p>
      {target && hasWildcards(target.prefix) ? (
        <p role="note">{wildcards(trans)}</p>
      ) : (
        <Code label={trans.__('Write')} code={write} trans={trans} />
      )}
      <p>
        <strong>{trans.__('3. Erase the file.')}</strong>{' '}
        {trans.__(
          'application_default_credentials.json lets whoever has it act as you, without end. When the upload is done this takes it back and erases it. Then ask to be taken off the Google Group.'
        )}
      </p>
      <Code label={trans.__('Erase')} code={erase} trans={trans} />
    </>
  );
}
