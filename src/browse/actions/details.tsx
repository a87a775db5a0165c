import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { CommandIDs } from '../../commands';
import type { IBucket, IDetails } from '../../store/entry';
import { toUri } from '../../store/path';
import { formatBytes } from '../../ui/format';
import { expiryOf } from '../expiry';
import type { IRow } from '../folder';
import { refuse } from './change';
import { type Actions, type IActionContext, onRow } from './context';

/** Everything the store knows of a row, in a dialog. */
export function detailing({ app, client, model, trans }: IActionContext): Actions {
  return {
    [CommandIDs.details]: onRow(model, async (row, bucket) => {
      try {
        const facts =
          row.kind === 'folder'
            ? folderFacts(row, bucket, trans)
            : objectFacts(await client.details(bucket.id, row.key), bucket, trans);
        const measure = row.kind === 'folder' && app.commands.hasCommand(CommandIDs.folderSize);
        const { button } = await showDialog({
          title: trans.__('Details'),
          body: <Facts facts={facts} />,
          buttons: [
            ...(measure
              ? [Dialog.okButton({ label: trans.__('Folder Size'), actions: ['measure'] })]
              : []),
            measure
              ? Dialog.cancelButton({ label: trans.__('Close') })
              : Dialog.okButton({ label: trans.__('Close') })
          ]
        });
        if (button.actions.includes('measure')) {
          await app.commands.execute(CommandIDs.folderSize);
        }
      } catch (error) {
        await refuse(trans.__('There are no details of "%1"', row.name), error);
      }
    })
  };
}

type Fact = readonly [name: string, value: string | null];

function Facts({ facts }: { facts: readonly Fact[] }): JSX.Element {
  return (
    <dl className="jp-LeapFacts">
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <React.Fragment key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </React.Fragment>
          )
      )}
    </dl>
  );
}

function folderFacts(row: IRow, bucket: IBucket, trans: TranslationBundle): Fact[] {
  return [
    [trans.__('Name'), row.name || trans.__('(no name)')],
    [trans.__('Address'), toUri(bucket.uri, row.key)],
    [trans.__('Kind'), trans.__('Folder: all objects whose names begin with this prefix')]
  ];
}

function objectFacts(object: IDetails, bucket: IBucket, trans: TranslationBundle): Fact[] {
  const moment = (time: string | number | null) =>
    time === null ? null : new Date(time).toLocaleString();
  const created = object.created === null ? null : Date.parse(object.created);
  const audience = {
    true: trans.__('Everybody on the internet'),
    false: trans.__('Those with access to the bucket: on a hub, everybody on it'),
    null: trans.__('Not known')
  };
  return [
    [trans.__('Name'), object.name || trans.__('(no name)')],
    [trans.__('Address'), toUri(bucket.uri, object.key)],
    [
      trans.__('Size'),
      trans.__('%1 (%2 bytes)', formatBytes(object.size), object.size.toLocaleString())
    ],
    [trans.__('Type'), object.contentType],
    [trans.__('Changed'), moment(object.updated)],
    [trans.__('Created'), moment(object.created)],
    [trans.__('Will be deleted'), moment(expiryOf(created, bucket.expiresAfterDays))],
    [trans.__('Who may read it'), audience[`${object.public}`]],
    [trans.__('Storage class'), object.storageClass],
    [trans.__('Generation'), object.generation],
    [trans.__('Checksum crc32c'), object.crc32c],
    [trans.__('Checksum MD5'), object.md5],
    [trans.__('Encoding'), object.encoding],
    [trans.__('Cache-Control'), object.cacheControl],
    ...Object.entries(object.metadata).map(([name, value]): Fact => [
      trans.__('Metadata "%1"', name),
      value
    ])
  ];
}
