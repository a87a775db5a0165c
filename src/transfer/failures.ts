import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILocation } from '../store/path';
import type { ITransfer } from './line';

/**
 * What failed, as text for a spreadsheet or a mail: a line each, its fields separated by tabs.
 *
 * @param uriOf - The address of a place.
 */
export async function failureList(
  failures: readonly ITransfer[],
  uriOf: (place: ILocation) => Promise<string>,
  trans: TranslationBundle
): Promise<string> {
  const head = [trans.__('Name'), trans.__('Where to'), trans.__('Reason'), trans.__('What to do')];
  const lines = await Promise.all(
    failures.map(async ({ name, target, error }) => [
      name,
      target ? await uriOf(target) : '',
      error?.message ?? '',
      error?.hint ?? ''
    ])
  );
  return [head, ...lines].map(fields => fields.map(asField).join('\t')).join('\n');
}

/** Without what would end a field, and never a formula: names come from anywhere. */
function asField(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(/^(?=[=+@-])/, "'");
}
