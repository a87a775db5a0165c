import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import React, { useEffect, useState } from 'react';
import { CommandIDs } from '../commands';
import { toDrivePath, toUri } from '../store/path';
import { readSnippet } from '../store/snippet';
import type { IDatasetFacts } from '../tokens';
import { formatBytes, formatSpan } from '../ui/format';
import { legible } from '../ui/legible';
import type { Arrival, ArrivalState } from './arrival';
import { Code } from './code';
import { TEST_STORE } from './snippets';
import type { IChosen } from './target';

interface IVerifyProps {
  readonly chosen: IChosen;
  /** Begins to watch a folder. */
  readonly watch: (chosen: IChosen) => Arrival;
  readonly commands: CommandRegistry;
  /** Closes the dialog, so that a notebook can be seen. */
  readonly close: () => void;
  readonly trans: TranslationBundle;
}

/** Whether the small data set has arrived, told by itself while this is shown. */
export function VerifyRow(props: IVerifyProps): React.JSX.Element | null {
  const { chosen, watch } = props;
  const [arrival, setArrival] = useState<Arrival | null>(null);
  useEffect(() => {
    const begun = watch(chosen);
    setArrival(begun);
    return () => begun.dispose();
  }, [watch, chosen]);
  return (
    arrival && (
      // By its own key: UseSignal listens to the first signal that it gets, and to no other.
      <UseSignal key={`${chosen.bucket.id} ${arrival.key}`} signal={arrival.changed}>
        {() => <Told {...props} arrival={arrival} state={arrival.state} />}
      </UseSignal>
    )
  );
}

function Told(props: IVerifyProps & { arrival: Arrival; state: ArrivalState }): React.JSX.Element {
  const { arrival, chosen, commands, close, state, trans } = props;
  const { bucket } = chosen;
  const uri = toUri(bucket.uri, arrival.key.slice(0, -1));
  const entry = { kind: 'folder', name: TEST_STORE, key: arrival.key } as const;
  const path = toDrivePath({ bucket: bucket.id, key: arrival.key }, 'folder');
  const args = { path, kind: 'folder' };
  const isNew = state.phase === 'arrived' && !state.isOld;
  return (
    <section
      className={`jp-BucketToken-verify${isNew ? ' jp-mod-arrived' : ''}`}
      aria-label={trans.__('Verify upload')}
    >
      <header>
        <p role="status">
          <span className="jp-BucketToken-light" aria-hidden />
          {words(state, legible(uri), trans)}
        </p>
        <button
          type="button"
          className="jp-Dialog-button jp-mod-reject jp-mod-styled"
          onClick={() => void arrival.look()}
        >
          {trans.__('Verify upload')}
        </button>
      </header>
      {state.phase === 'arrived' && (
        <>
          <p>{contents(state.facts, trans)}</p>
          <details>
            <summary>{trans.__('Open it in Python')}</summary>
            <Code
              label={trans.__('Code that opens it')}
              code={readSnippet(bucket, entry)}
              trans={trans}
            />
            {commands.hasCommand(CommandIDs.insertSnippet) &&
              commands.isEnabled(CommandIDs.insertSnippet, args) && (
                <button
                  type="button"
                  className="jp-BucketToken-link"
                  onClick={() => {
                    close();
                    void commands.execute(CommandIDs.insertSnippet, args);
                  }}
                >
                  {trans.__('Insert in Notebook')}
                </button>
              )}
          </details>
        </>
      )}
    </section>
  );
}

function words(state: ArrivalState, uri: string, trans: TranslationBundle): string {
  switch (state.phase) {
    case 'waiting':
      return trans.__('Waiting for your first write to %1...', uri);
    case 'arriving':
      return state.problem === null
        ? trans.__('%1 is arriving...', uri)
        : trans.__('%1 is there, but cannot be read yet: %2', uri, state.problem);
    case 'failed':
      return state.error.advice;
    case 'arrived': {
      const span = formatSpan(Date.now() - state.writtenAt);
      const when = span === null ? trans.__('just now') : trans.__('%1 ago', span);
      return state.isOld
        ? trans.__('%1 is here already, written %2. Waiting for a new write...', uri, when)
        : trans.__('Arrived: %1, written %2, can be read from the hub.', uri, when);
    }
  }
}

/** What is in it, with values that were read from its bytes. */
function contents({ format, variables, bytes, values }: IDatasetFacts, trans: TranslationBundle) {
  const lines = variables.map(
    ({ name, dims, shape, dtype }) =>
      `${name} (${dims.map((dim, at) => `${dim}: ${shape[at]}`).join(', ')}) ${dtype}`
  );
  const size = bytes === null ? '' : `, ${formatBytes(bytes)}`;
  const read = values === null ? '' : ` = ${values.join(', ')}`;
  return `${trans.__('Zarr format %1', format)}${size}: ${lines.join('; ')}${read}`;
}
