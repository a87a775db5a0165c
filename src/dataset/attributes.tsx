import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { Attributes, Json } from '../worker/zarrProtocol';
import { Capped, cut } from './capped';

/** Longer values are cut: an attribute may hold a whole table. */
const MOST_CHARACTERS = 4000;

/** Attributes as names and values. Text only: no links, no markup, whatever they contain. */
export function AttributeList(props: {
  attributes: Attributes;
  trans: TranslationBundle;
}): JSX.Element {
  const { attributes, trans } = props;
  if (attributes.length === 0) {
    return <p className="jp-BucketDataset-none">{trans.__('No attributes.')}</p>;
  }
  return (
    <Capped items={attributes} trans={trans}>
      {some => (
        <dl className="jp-BucketDataset-attributes">
          {some.map(([name, value]) => (
            <React.Fragment key={name}>
              <dt>{cut(name)}</dt>
              <dd>{shown(value, trans)}</dd>
            </React.Fragment>
          ))}
        </dl>
      )}
    </Capped>
  );
}

function shown(value: Json, trans: TranslationBundle): string {
  // In lists too, what stands for a number that JSON has not looks like one.
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value).replace(/"(-?Infinity|NaN|-?\d{16,})"/g, '$1');
  const rest = text.length - MOST_CHARACTERS;
  return rest > 0
    ? `${text.slice(0, MOST_CHARACTERS)}… ${trans.__('(%1 more characters)', rest)}`
    : text;
}
