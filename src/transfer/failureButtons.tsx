import { Button } from '@jupyterlab/ui-components';
import * as React from 'react';
import { copyText } from '../ui/clipboard';
import type { ITrayContext } from './context';
import { failureList } from './failures';
import type { ITransfer } from './line';

/** What can be done about all that failed. */
export function FailureButtons(
  props: ITrayContext & { readonly failures: readonly ITransfer[] }
): JSX.Element {
  const { failures, queue, uriOf, trans } = props;
  return (
    <div className="jp-LeapTransfer-failures">
      {failures.some(({ retriable }) => retriable) && (
        <Button minimal small onClick={() => queue.retryFailed()}>
          {trans.__('Retry failed')}
        </Button>
      )}
      <Button minimal small onClick={() => void copyText(failureList(failures, uriOf, trans))}>
        {trans.__('Copy failures')}
      </Button>
    </div>
  );
}
