import { InputGroup } from '@jupyterlab/ui-components';
import React from 'react';
import type { IBrowseContext } from './context';
import { isUri } from './uri';

/** The one box: names to look for, or an address to go to. */
export function Filter(props: IBrowseContext & { toList: () => void }): JSX.Element {
  const { model, trans, toList } = props;
  const inStore = model.scope === 'store';
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter' && isUri(model.filter)) {
      void model.goToUri(model.filter);
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      toList();
    } else if (event.key === 'Escape' && model.filter) {
      model.setFilter('');
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <>
      <InputGroup
        className="jp-BucketFilter"
        type="text"
        aria-label={trans.__('Filter')}
        aria-describedby="leap-buckets-filter-scope"
        placeholder={inStore ? trans.__('Names that start with...') : trans.__('Filter names')}
        title={trans.__('Names to look for, or an address such as gs://bucket/folder')}
        rightIcon="ui-components:search"
        spellCheck={false}
        value={model.filter}
        onChange={event => model.setFilter(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div id="leap-buckets-filter-scope" className="jp-BucketFilter-scope">
        {model.filter && isUri(model.filter)
          ? trans.__('Press Enter to go there.')
          : model.filter &&
            inStore &&
            trans.__(
              'Names that start so, with this case: the folder is too long to search whole.'
            )}
      </div>
    </>
  );
}
