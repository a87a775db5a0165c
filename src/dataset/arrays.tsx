import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { formatBytes } from '../ui/format';
import type { IArray, IPreview } from '../worker/zarrProtocol';
import { AttributeList } from './attributes';
import { Capped, cut } from './capped';

/** The first values of a coordinate, or why there are none. */
export type Preview = { readonly values: IPreview } | { readonly problem: string };

/** One row for each array; its name opens what else is known about it. */
export function ArrayTable(props: {
  name: string;
  arrays: readonly IArray[];
  /** Adds a column of first values. */
  previews?: ReadonlyMap<string, Preview>;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { name, arrays, previews, trans } = props;
  if (arrays.length === 0) {
    return null;
  }
  const columns = [
    trans.__('Name'),
    trans.__('Dimensions'),
    trans.__('Type'),
    trans.__('Shape'),
    trans.__('Chunks'),
    trans.__('Chunk count'),
    trans.__('Size'),
    trans.__('Description'),
    ...(previews ? [trans.__('First values')] : [])
  ];
  return (
    <div className="jp-BucketDataset-scroll">
      <Capped items={arrays} trans={trans}>
        {shown => (
          <table aria-label={name}>
            <thead>
              <tr>
                {columns.map(column => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            {shown.map(array => (
              <ArrayRows
                key={array.path}
                array={array}
                preview={previews && <PreviewCell preview={previews.get(array.path)} />}
                columns={columns.length}
                trans={trans}
              />
            ))}
          </table>
        )}
      </Capped>
    </div>
  );
}

function ArrayRows(props: {
  array: IArray;
  preview: React.ReactNode;
  columns: number;
  trans: TranslationBundle;
}): JSX.Element {
  const { array, preview, columns, trans } = props;
  const [isOpen, setOpen] = React.useState(false);
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  return (
    <tbody>
      <tr>
        <th scope="row">
          <button
            aria-expanded={isOpen}
            title={trans.__('Show the attributes of %1', cut(array.name))}
            onClick={() => setOpen(!isOpen)}
          >
            <Caret.react tag="span" />
            {cut(array.name) || trans.__('(the store itself)')}
          </button>
        </th>
        <td>{cut(array.dims.join(', '))}</td>
        <td>{cut(array.dtype)}</td>
        <td className="jp-mod-number">{sizes(array.shape) || trans.__('scalar')}</td>
        <td className="jp-mod-number">
          {array.chunks ? sizes(array.chunks) : trans.__('irregular')}
        </td>
        <td className="jp-mod-number">{array.chunkCount?.toLocaleString()}</td>
        <td className="jp-mod-number">
          {array.bytes === null ? trans.__('varies') : formatBytes(array.bytes)}
        </td>
        <td className="jp-BucketDataset-words">{cut(description(array))}</td>
        {preview && <td className="jp-BucketDataset-words">{preview}</td>}
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={columns}>
            {array.shards && (
              <p>
                {trans.__(
                  'Stored in shards of %1: %2 objects.',
                  sizes(array.shards),
                  array.shardCount?.toLocaleString() ?? ''
                )}
              </p>
            )}
            <AttributeList attributes={array.attributes} trans={trans} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function PreviewCell({ preview }: { preview?: Preview }): JSX.Element | null {
  if (!preview) {
    return null;
  }
  if ('problem' in preview) {
    return <em>{cut(preview.problem)}</em>;
  }
  const { values, last, more } = preview.values;
  const end = more ? (last === null ? ['…'] : ['…', last]) : [];
  return <span>{cut([...values, ...end].join(' '))}</span>;
}

/** What CF says about it: its name in words, and its units. */
function description({ attributes }: IArray): string {
  const text = (name: string) => {
    const value = attributes.find(([attribute]) => attribute === name)?.[1];
    return typeof value === 'string' ? value : '';
  };
  const words = text('long_name') || text('standard_name').replace(/_/g, ' ');
  const units = text('units');
  return words && units ? `${words} [${units}]` : words || units;
}

function sizes(numbers: readonly number[]): string {
  return cut(numbers.join(' × '));
}
