import { ellipsesIcon, MenuSvg } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';
import { CommandIDs } from '../commands';
import { IconButton } from '../ui/iconButton';
import type { IBrowseContext } from './context';

/** The lines of the menu, from top to bottom; an empty group does not show. `shown` means this folder. */
const GROUPS: readonly (readonly string[])[] = [
  [CommandIDs.uploadFolder, CommandIDs.bringData, CommandIDs.newFile, CommandIDs.paste],
  [CommandIDs.search, CommandIDs.folderSize],
  [CommandIDs.back, CommandIDs.forward, CommandIDs.goToPath],
  [
    CommandIDs.toggleFavourite,
    CommandIDs.addBucket,
    CommandIDs.removeBucket,
    CommandIDs.addConnection
  ]
];

/** What can be done with the folder shown, beyond the buttons. */
export function MoreButton({ commands, trans }: IBrowseContext): JSX.Element {
  const place = React.useRef<HTMLSpanElement>(null);
  const open = () => {
    const button = place.current?.querySelector('button');
    if (button) {
      openMenu(commands, button);
    }
  };
  return (
    <span ref={place} className="jp-BucketView-more">
      <IconButton icon={ellipsesIcon} label={trans.__('More')} hasMenu onClick={open} />
    </span>
  );
}

function openMenu(commands: CommandRegistry, button: HTMLElement): void {
  const menu = new MenuSvg({ commands });
  for (const group of GROUPS) {
    for (const command of group.filter(id => commands.hasCommand(id))) {
      menu.addItem({ command, args: { shown: true } });
    }
    menu.addItem({ type: 'separator' });
  }
  menu.aboutToClose.connect(() => {
    requestAnimationFrame(() => {
      // A menu leaves the keyboard nowhere.
      if (document.activeElement === document.body) {
        button.focus();
      }
      menu.dispose();
    });
  });
  const { left, bottom } = button.getBoundingClientRect();
  menu.open(left, bottom);
}
