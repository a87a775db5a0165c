import type { TranslationBundle } from '@jupyterlab/translation';
import { addBelowIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { CommandIDs } from '../commands';
import { basename, type ILocation, toDrivePath } from '../store/path';
import { IconButton } from '../ui/iconButton';

/** Puts the Python that reads an uploaded file into a notebook; nothing where that cannot be. */
export function InsertButton(props: {
  place: ILocation;
  commands: CommandRegistry;
  /** Leaves it out of the order of Tab, where the keyboard has another way. */
  mouseOnly?: boolean;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { place, commands, mouseOnly, trans } = props;
  const args = { path: toDrivePath(place, 'object') };
  // The command comes with the panel, which may be disabled.
  if (!commands.hasCommand(CommandIDs.insertSnippet)) {
    return null;
  }
  return commands.isEnabled(CommandIDs.insertSnippet, args) ? (
    <IconButton
      icon={addBelowIcon}
      label={trans.__('Insert %1 in notebook', basename(place.key))}
      mouseOnly={mouseOnly}
      onClick={() => void commands.execute(CommandIDs.insertSnippet, args)}
    />
  ) : null;
}
