import { readDrop } from './dropped';

/** What a browser hands over; jsdom has no entries. */
function item(kind: string, name: string, isDirectory = false): DataTransferItem {
  return {
    kind,
    type: '',
    getAsFile: () => (kind === 'file' ? new File(['x'], name) : null),
    getAsString: () => undefined,
    webkitGetAsEntry: () => (kind === 'file' ? ({ name, isDirectory } as FileSystemEntry) : null)
  };
}

const drop = (...items: DataTransferItem[]) =>
  readDrop({ items: items as unknown as DataTransferItemList } as DataTransfer);

it('takes files, names folders, and leaves text out', () => {
  const { files, folders } = drop(
    item('file', 'a.csv'),
    item('file', 'runs', true),
    item('string', ''),
    item('file', 'b.csv')
  );
  expect(files.map(({ name }) => name)).toEqual(['a.csv', 'b.csv']);
  expect(folders).toEqual(['runs']);
});

it('takes a file that has no entry, as one made by a program', () => {
  const made = { ...item('file', 'a.csv'), webkitGetAsEntry: () => null };
  expect(drop(made).files).toHaveLength(1);
});
