import type { TranslationBundle } from '@jupyterlab/translation';
import { Button, HTMLSelect, ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import React, { useEffect, useState } from 'react';
import type { IBucket } from '../store/entry';
import { address } from '../store/snippet';
import { copyText } from '../ui/clipboard';
import { bucketIcon } from '../ui/icons';
import { advise, type IStep, requestUrl } from './advice';
import type { Amount, IAnswers, Source } from './answers';
import { fetchScript } from './script';

/** That of a dialog's second button: what is not the main thing, and can be pressed all the same. */
const BUTTON = 'jp-mod-styled jp-mod-reject';

export interface IGuideOptions {
  readonly commands: CommandRegistry;
  readonly buckets: () => Promise<readonly IBucket[]>;
  /** The form by which the data team learns of a data set; empty where there is none. */
  readonly requestForm: string;
  readonly trans: TranslationBundle;
}

/** Asks where data is, and tells the way from there to the hub. */
export class Guide extends ReactWidget {
  constructor(private readonly _options: IGuideOptions) {
    super();
    const { trans } = _options;
    this.id = 'leap-buckets-guide';
    this.title.label = trans.__('Bring my data to the hub');
    this.title.icon = bucketIcon;
    this.title.closable = true;
    this.addClass('jp-LeapGuide');
    this.node.tabIndex = -1;
  }

  protected onActivateRequest(): void {
    // What is drawn for the first time is not there yet.
    void this.renderPromise?.then(() => {
      (this.node.querySelector<HTMLElement>('input:checked') ?? this.node).focus();
    });
  }

  protected render(): JSX.Element {
    return <Questions {...this._options} />;
  }
}

function Questions(options: IGuideOptions): JSX.Element {
  const { trans } = options;
  const [answers, answer] = useState<IAnswers>({
    source: 'computer',
    amount: 'little',
    published: false
  });
  const sources: readonly [Source, string][] = [
    ['computer', trans.__('On this computer')],
    ['hpc', trans.__('On an HPC or another computer')],
    ['archive', trans.__('In a public archive on the web')],
    ['bucket', trans.__('In another bucket (S3, an OSN pod, Google)')]
  ];
  const amounts: readonly [Amount, string][] = [
    ['little', trans.__('Up to 10 GB')],
    ['much', trans.__('Up to 1 TB')],
    ['huge', trans.__('More')]
  ];
  return (
    <>
      <h1>{trans.__('Bring my data to the hub')}</h1>
      <form onSubmit={event => event.preventDefault()}>
        <Choice
          name="source"
          legend={trans.__('Where is it?')}
          choices={sources}
          chosen={answers.source}
          onChange={source => answer({ ...answers, source })}
        />
        <Choice
          name="amount"
          legend={trans.__('How much is it?')}
          choices={amounts}
          chosen={answers.amount}
          onChange={amount => answer({ ...answers, amount })}
        />
        <Choice
          name="published"
          legend={trans.__('Whose is it?')}
          choices={[
            ['original', trans.__('Mine: an original result')],
            ['published', trans.__('Published: others can get it elsewhere')]
          ]}
          chosen={answers.published ? 'published' : 'original'}
          onChange={whose => answer({ ...answers, published: whose === 'published' })}
        />
      </form>
      <section aria-label={trans.__('What to do')} aria-live="polite">
        <h2>{trans.__('What to do')}</h2>
        <ol>
          {advise(answers, trans).map(step => (
            <li key={step.text}>
              <Step {...options} step={step} />
            </li>
          ))}
          <li>
            <Announcement {...options} />
          </li>
        </ol>
      </section>
    </>
  );
}

interface IChoiceProps<T extends string> {
  readonly name: string;
  readonly legend: string;
  readonly choices: readonly (readonly [T, string])[];
  readonly chosen: T;
  readonly onChange: (chosen: T) => void;
}

function Choice<T extends string>(props: IChoiceProps<T>): JSX.Element {
  const { name, legend, choices, chosen, onChange } = props;
  return (
    <fieldset>
      <legend>{legend}</legend>
      {choices.map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name={`leap-guide-${name}`}
            checked={value === chosen}
            onChange={() => onChange(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

function Step({ step, ...options }: IGuideOptions & { step: IStep }): JSX.Element {
  const { commands } = options;
  const { command, url } = step;
  return (
    <>
      <p>{step.text}</p>
      {command && commands.hasCommand(command) && (
        <Button className={BUTTON} onClick={() => void commands.execute(command)}>
          {step.button}
        </Button>
      )}
      {url && (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {step.button}
        </a>
      )}
      {step.script && <Script {...options} />}
    </>
  );
}

/** The script for an archive, with a place of the user's own in it. */
function Script({ buckets, trans }: IGuideOptions): JSX.Element {
  const [targets, setTargets] = useState<readonly IBucket[]>([]);
  const [chosen, choose] = useState(0);
  const [addresses, setAddresses] = useState('');
  const [name, setName] = useState('');
  const [said, say] = useState('');
  useEffect(() => {
    let shown = true;
    buckets().then(
      all => shown && setTargets(all.filter(isTarget)),
      // The panel says why; the script then has a folder to fill in.
      () => undefined
    );
    return () => {
      shown = false;
    };
  }, [buckets]);
  const bucket = targets[chosen];
  const folder = bucket
    ? address(bucket, { kind: 'folder', key: `${bucket.home}${name.trim() || 'archive'}/` })
    : 'gs://BUCKET/FOLDER';
  const code = fetchScript({ addresses, folder });
  const copy = async () => {
    try {
      await copyText(Promise.resolve(code));
      say(trans.__('Code copied.'));
    } catch {
      say(trans.__('The browser did not copy the code: select it and copy it by hand.'));
    }
  };
  return (
    <div className="jp-LeapGuide-script">
      <label>
        {trans.__('Addresses, one a line')}
        <textarea
          className="jp-mod-styled"
          rows={3}
          placeholder="https://"
          value={addresses}
          onChange={event => setAddresses(event.target.value)}
        />
      </label>
      {targets.length > 1 && (
        <label>
          {trans.__('Place')}
          <HTMLSelect value={chosen} onChange={event => choose(Number(event.target.value))}>
            {targets.map(({ id, label }, index) => (
              <option key={id} value={index}>
                {label}
              </option>
            ))}
          </HTMLSelect>
        </label>
      )}
      <label>
        {trans.__('New folder')}
        <input
          type="text"
          className="jp-mod-styled"
          placeholder="archive"
          value={name}
          onChange={event => setName(event.target.value)}
        />
      </label>
      <pre tabIndex={0} aria-label={trans.__('Python script')}>
        {code}
      </pre>
      <Button className={BUTTON} onClick={copy}>
        {trans.__('Copy Code')}
      </Button>
      <p role="status">{said}</p>
    </div>
  );
}

/** Where data that comes may stay: written to, and kept before deleted after some days. */
function isTarget({ access, error, expiresAfterDays }: IBucket): boolean {
  return access === 'read-write' && error === null && expiresAfterDays === null;
}

/** What comes last whatever the way: others have to learn of it. */
function Announcement({ requestForm, trans }: IGuideOptions): JSX.Element {
  const [name, setName] = useState('');
  return (
    <>
      <p>
        {trans.__(
          'When it has arrived, in a place that keeps it: tell the data team, so that others find it.'
        )}
      </p>
      {requestForm && (
        <>
          <label>
            {trans.__('Name of the data set')}
            <input
              type="text"
              className="jp-mod-styled"
              value={name}
              onChange={event => setName(event.target.value)}
            />
          </label>
          <a href={requestUrl(requestForm, name.trim())} target="_blank" rel="noopener noreferrer">
            {trans.__('Request a New Data Set')}
          </a>
        </>
      )}
    </>
  );
}
