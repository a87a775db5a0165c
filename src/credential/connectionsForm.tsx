import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React, { useEffect, useId, useRef, useState } from 'react';
import { type Connections, type Field, type IProblem, names, OSN_ENDPOINT } from './connections';

/** What the keyboard begins with. */
export const FIRST_FIELD = 'jp-BucketConnections-first';

interface IFormProps {
  readonly connections: Connections;
  /** Told what was added. */
  readonly added: (name: string) => void;
  readonly trans: TranslationBundle;
}

/** Adds a connection. The keys are in the fields alone, which no state mirrors, and leave them when they are sent. */
export function ConnectionForm({ connections, added, trans }: IFormProps): React.JSX.Element {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [isPod, setPod] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<IProblem | null>(null);

  useEffect(() => {
    if (problem?.field) {
      field(form.current, problem.field)?.focus();
    }
  }, [problem]);
  useEffect(() => {
    const shown = form.current;
    return () => shown?.reset();
  }, []);

  const send = async (event: React.FormEvent) => {
    event.preventDefault();
    const shown = form.current;
    if (!shown || busy) {
      return;
    }
    const text = (name: Field) => field(shown, name)?.value.trim() ?? '';
    const missing = REQUIRED.find(name => text(name) === '');
    if (missing) {
      setProblem({ field: missing, text: trans.__('This is needed.') });
      return;
    }
    const name = text('name');
    if (connections.all?.some(known => known.name === name)) {
      setProblem({ field: 'name', text: trans.__('There is a connection of this name.') });
      return;
    }
    const endpoint = text('endpoint');
    if (!/^https?:\/\//.test(endpoint)) {
      // Told before the keys leave their fields.
      const says = trans.__(
        'An address begins with https://, or with http:// on the same machine.'
      );
      setProblem({ field: 'endpoint', text: says });
      return;
    }
    const asked = connections.add({
      name,
      endpoint,
      region: text('region') || undefined,
      accessKeyId: text('accessKeyId'),
      secretAccessKey: text('secretAccessKey'),
      sessionToken: text('sessionToken') || undefined,
      buckets: names(text('buckets'))
    });
    for (const secret of SECRETS) {
      field(shown, secret)!.value = '';
    }
    setProblem(null);
    setBusy(true);
    const refusal = await asked;
    setBusy(false);
    setProblem(refusal);
    if (!refusal) {
      shown.reset();
      added(name);
    }
  };

  const input = { problem, trans };
  return (
    <form
      ref={form}
      className="jp-BucketConnections-form"
      noValidate
      autoComplete="off"
      onSubmit={send}
    >
      <h3>{trans.__('Add a connection')}</h3>
      <div className="jp-BucketConnections-field">
        <label htmlFor={id}>{trans.__('Storage')}</label>
        <HTMLSelect
          id={id}
          className={FIRST_FIELD}
          value={isPod ? 'pod' : 'any'}
          onChange={({ target: { value } }) => setPod(value === 'pod')}
        >
          <option value="pod">{trans.__('OSN pod (nyu1.osn.mghpcc.org)')}</option>
          <option value="any">{trans.__('Any S3 storage')}</option>
        </HTMLSelect>
      </div>
      <Input
        {...input}
        name="name"
        label={trans.__('Name')}
        help={trans.__('What you call it: letters, digits, - and _.')}
        value={isPod ? 'osn' : ''}
        key={`name ${isPod}`}
      />
      <Input
        {...input}
        name="endpoint"
        label={trans.__('Endpoint')}
        value={isPod ? OSN_ENDPOINT : ''}
        fixed={isPod}
        placeholder="https://"
        key={`endpoint ${isPod}`}
      />
      <Input {...input} name="accessKeyId" label={trans.__('Access key ID')} secret />
      <Input {...input} name="secretAccessKey" label={trans.__('Secret access key')} secret />
      <Input
        {...input}
        name="buckets"
        label={trans.__('Buckets')}
        help={trans.__('Needed where the key may not list them, as on the OSN pod.')}
      />
      <details>
        <summary>{trans.__('More')}</summary>
        <Input {...input} name="sessionToken" label={trans.__('Session token')} secret />
        <Input {...input} name="region" label={trans.__('Region')} />
      </details>
      {problem && problem.field === null && (
        <p className="jp-BucketConnections-problem" role="alert">
          {problem.text}
        </p>
      )}
      <button
        type="submit"
        className="jp-Dialog-button jp-mod-accept jp-mod-styled"
        aria-disabled={busy}
      >
        {busy ? trans.__('Adding...') : trans.__('Add')}
      </button>
    </form>
  );
}

interface IInputProps {
  readonly name: Field;
  readonly label: string;
  readonly help?: string;
  /** What it begins with. */
  readonly value?: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
  readonly fixed?: boolean;
  readonly problem: IProblem | null;
  readonly trans: TranslationBundle;
}

function Input(props: IInputProps): React.JSX.Element {
  const id = useId();
  const problem = props.problem?.field === props.name ? props.problem.text : null;
  return (
    <div className="jp-BucketConnections-field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        name={props.name}
        className="jp-mod-styled"
        type={props.secret ? 'password' : 'text'}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        defaultValue={props.value}
        placeholder={props.placeholder}
        readOnly={props.fixed}
        aria-invalid={problem !== null}
        aria-describedby={problem || props.help ? `${id}-note` : undefined}
      />
      {problem ? (
        <p id={`${id}-note`} className="jp-BucketConnections-problem" role="alert">
          {problem}
        </p>
      ) : (
        props.help && <p id={`${id}-note`}>{props.help}</p>
      )}
    </div>
  );
}

function field(form: HTMLFormElement | null, name: Field): HTMLInputElement | null {
  return form?.querySelector(`input[name="${name}"]`) ?? null;
}

const REQUIRED: readonly Field[] = ['name', 'endpoint', 'accessKeyId', 'secretAccessKey'];
const SECRETS: readonly Field[] = ['accessKeyId', 'secretAccessKey', 'sessionToken'];
