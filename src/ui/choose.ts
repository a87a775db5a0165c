/** Lets a person choose files of her computer; none if she changes her mind. */
export function chooseFiles(): Promise<File[]> {
  return choose(false);
}

/** Lets her choose a folder; its files know the folders they are in (`webkitRelativePath`). */
export function chooseFolder(): Promise<File[]> {
  return choose(true);
}

function choose(isFolder: boolean): Promise<File[]> {
  return new Promise(resolve => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = isFolder;
    input.addEventListener('change', () => resolve(Array.from(input.files ?? [])));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
