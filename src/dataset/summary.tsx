import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { formatBytes } from '../ui/format';
import type { IGroup, ISummary } from '../worker/zarrProtocol';
import { ArrayTable, type Preview } from './arrays';
import { AttributeList } from './attributes';
import { Capped, cut } from './capped';

/**
 * What a data set holds, as xarray would show it. Names and attributes are somebody else's text and
 * are only ever inserted as text.
 */
export function Summary(props: {
  name: string;
  uri: string | null;
  summary: ISummary;
  previews: ReadonlyMap<string, Preview>;
  /** Opens a group that was not read, as a data set of its own. */
  openGroup: (path: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { name, uri, summary, previews, openGroup, trans } = props;
  const [root, ...others] = summary.groups;
  return (
    <article className="jp-BucketDataset-summary">
      <header>
        <h2>{name}</h2>
        {uri && <code>{uri}</code>}
        <p className="jp-BucketDataset-facts">{facts(summary, trans).join(' · ')}</p>
      </header>
      <Group group={root} previews={previews} trans={trans} />
      <Capped items={others} trans={trans}>
        {shown => shown.map(group => <SubGroup key={group.path} group={group} trans={trans} />)}
      </Capped>
      {summary.unread.length > 0 && (
        <details open>
          <summary>{trans.__('Groups (%1)', summary.unread.length)}</summary>
          <Capped items={summary.unread} trans={trans}>
            {shown => (
              <ul>
                {shown.map(path => (
                  <li key={path}>
                    <button className="jp-BucketDataset-more" onClick={() => openGroup(path)}>
                      {path}
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </Capped>
        </details>
      )}
      {summary.truncated && (
        <p className="jp-BucketDataset-note" role="note">
          {trans.__(
            'There is more: without consolidated metadata only the first folders of a store are looked into. Open it in Python to see all.'
          )}
        </p>
      )}
      <footer>
        {trans._n(
          'Metadata read in %1 request, %2.',
          'Metadata read in %1 requests, %2.',
          summary.cost.requests,
          formatBytes(summary.cost.bytes)
        )}
      </footer>
    </article>
  );
}

function facts({ format, consolidated, groups }: ISummary, trans: TranslationBundle): string[] {
  const arrays = groups.flatMap(group => [...group.coordinates, ...group.variables]);
  const bytes = arrays.reduce((all, array) => all + (array.bytes ?? 0), 0);
  const size = arrays.some(array => array.bytes === null)
    ? trans.__('more than %1 without compression', formatBytes(bytes))
    : trans.__('%1 without compression', formatBytes(bytes));
  return [
    trans.__('Zarr format %1', format),
    consolidated ? trans.__('consolidated metadata') : trans.__('metadata not consolidated'),
    trans._n('%1 array', '%1 arrays', arrays.length),
    size
  ];
}

interface IGroupProps {
  group: IGroup;
  /** First values of coordinates; none are read for the groups below the root. */
  previews?: ReadonlyMap<string, Preview>;
  trans: TranslationBundle;
}

/** A group of its own, drawn when it is opened: a store may have thousands. */
function SubGroup(props: IGroupProps): JSX.Element {
  const [isOpen, setOpen] = React.useState(false);
  const { group, trans } = props;
  return (
    <details
      className="jp-BucketDataset-group"
      onToggle={event => {
        // A toggle inside bubbles in React.
        if (event.target === event.currentTarget) {
          setOpen(event.currentTarget.open);
        }
      }}
    >
      <summary>{trans.__('Group %1', cut(group.path))}</summary>
      {isOpen && <Group {...props} />}
    </details>
  );
}

function Group({ group, previews, trans }: IGroupProps): JSX.Element {
  const { attributes, broken, coordinates, dims, variables } = group;
  return (
    <>
      <section className="jp-BucketDataset-dims">
        <h3>{trans.__('Dimensions')}</h3>
        <Capped items={dims} trans={trans}>
          {shown => (
            <ul aria-label={trans.__('Dimensions')}>
              {shown.map(([name, sizes]) => (
                <li key={name}>
                  {cut(name)}: {cut(sizes.join(trans.__(' or ')))}
                </li>
              ))}
              {dims.length === 0 && <li>{trans.__('none')}</li>}
            </ul>
          )}
        </Capped>
      </section>
      <details open={coordinates.length > 0}>
        <summary>{trans.__('Coordinates (%1)', coordinates.length)}</summary>
        <ArrayTable
          name={trans.__('Coordinates')}
          arrays={coordinates}
          previews={previews}
          trans={trans}
        />
      </details>
      <details open={variables.length > 0}>
        <summary>{trans.__('Data variables (%1)', variables.length)}</summary>
        <ArrayTable name={trans.__('Data variables')} arrays={variables} trans={trans} />
      </details>
      {broken.length > 0 && (
        <details open>
          <summary>{trans.__('Cannot be described (%1)', broken.length)}</summary>
          <Capped items={broken} trans={trans}>
            {shown => (
              <ul>
                {shown.map(({ name, problem }) => (
                  <li key={name}>
                    {cut(name)}: {cut(problem)}
                  </li>
                ))}
              </ul>
            )}
          </Capped>
        </details>
      )}
      <details open={attributes.length > 0}>
        <summary>{trans.__('Attributes (%1)', attributes.length)}</summary>
        <AttributeList attributes={attributes} trans={trans} />
      </details>
    </>
  );
}
