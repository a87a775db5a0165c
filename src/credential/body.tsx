import { UseSignal } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { toUri } from '../store/path';
import { LoginCode, ToolCode } from './code';
import type { ITokenDialogOptions } from './dialog';
import { LongerSection } from './longer';
import type { Tool } from './snippets';
import { Tabs } from './tabs';
import { type IChosen, placeOf, TargetChooser } from './target';
import { TokenSection } from './token';
import { VerifyRow } from './verify';

type Tab = Tool | 'longer' | 'login';

/** What is in the token dialog: where the data goes, the token, code for it, and whether it arrived. */
export function TokenBody(
  props: ITokenDialogOptions & { readonly close: () => void }
): React.JSX.Element {
  const { access, buckets, showPanel, trans } = props;
  return (
    <>
      <p className="jp-BucketToken-where">
        <strong>{trans.__('Is your data on this computer?')}</strong>{' '}
        {trans.__('Then you need no token: drop the files into Cloud buckets.')}{' '}
        <button type="button" className="jp-BucketToken-link" onClick={showPanel}>
          {trans.__('Show Cloud Buckets')}
        </button>
      </p>
      <TargetChooser
        buckets={buckets}
        changed={chosen => access.ask(placeOf(chosen))}
        trans={trans}
      >
        {(chosen, all) => (
          <Below
            {...props}
            chosen={chosen}
            uriOf={id => all.find(bucket => bucket.id === id)?.uri ?? id}
          />
        )}
      </TargetChooser>
    </>
  );
}

function Below(
  props: ITokenDialogOptions & {
    readonly close: () => void;
    readonly chosen: IChosen | null;
    readonly uriOf: (bucket: string) => string;
  }
): React.JSX.Element {
  const { access, chosen, close, commands, grants, grantsUrl, trans, uriOf, watch } = props;
  const [tab, choose] = useState<Tab>('python');
  const target = chosen && { uri: chosen.bucket.uri, prefix: chosen.prefix };
  const tabs = [
    { id: 'python', label: trans.__('Python') },
    { id: 'rclone', label: trans.__('rclone') },
    { id: 'gcloud', label: trans.__('gcloud') },
    { id: 'curl', label: trans.__('curl') },
    { id: 'longer', label: trans.__('Longer than an hour') },
    { id: 'login', label: trans.__('Own account') }
  ] as const;
  const panel = () => {
    switch (tab) {
      case 'longer':
        return (
          <UseSignal signal={access.changed}>
            {() => (
              <UseSignal signal={grants.changed}>
                {() => (
                  <LongerSection
                    grants={grants}
                    bucket={chosen && chosen.bucket.id}
                    target={target}
                    isDoubtful={access.state.phase === 'doubtful'}
                    uriOf={uriOf}
                    url={grantsUrl}
                    trans={trans}
                  />
                )}
              </UseSignal>
            )}
          </UseSignal>
        );
      case 'login':
        return <LoginCode target={target} trans={trans} />;
      default:
        return <ToolCode tool={tab} target={target} trans={trans} />;
    }
  };
  return (
    <>
      <UseSignal signal={access.changed}>
        {() =>
          // A grant is as personal as the tokens that it gives.
          tab === 'login' || (tab === 'longer' && access.state.phase !== 'doubtful') ? null : (
            <TokenSection
              access={access}
              address={target && toUri(target.uri, target.prefix)}
              showLonger={() => choose('longer')}
              trans={trans}
            />
          )
        }
      </UseSignal>
      <Tabs label={trans.__('Ways to upload')} tabs={tabs} chosen={tab} choose={choose}>
        {panel()}
      </Tabs>
      {chosen && watch && (
        <VerifyRow
          key={`${chosen.bucket.id} ${chosen.prefix}`}
          chosen={chosen}
          watch={watch}
          commands={commands}
          close={close}
          trans={trans}
        />
      )}
    </>
  );
}
