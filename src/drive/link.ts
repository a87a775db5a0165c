/** What JupyterLab writes into the address bar for a document of ours, in a workspace or not. */
export const LINK_PATTERN = /^\/(lab|doc)(\/workspaces\/[^/?]+)?\/tree\/buckets(:|%3A)/i;

/** The drive path in the path of a page's address; null where it is badly encoded. */
export function linkedPath(path: string): string | null {
  const [, tree] = path.split(/\/tree\/(.*)/s);
  try {
    return tree.split('/').map(decodeURIComponent).join('/');
  } catch {
    return null;
  }
}
