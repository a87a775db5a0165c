import { type ILocation, toUri } from '../../store/path';
import { askName } from '../../ui/askName';
import { fromUri } from '../uri';
import type { IActionContext } from './context';

/** Asks for a folder by its address; the one shown, else the user's own, is where to begin. */
export async function askFolder(
  { buckets, model, trans }: Pick<IActionContext, 'buckets' | 'model' | 'trans'>,
  title: string,
  accept: string
): Promise<ILocation | null> {
  const all = await buckets.all();
  const find = (text: string) => fromUri(text.trim(), all);
  const known = all.map(({ uri }) => uri).join(', ');
  const bucket = model.bucket ?? all[0];
  const value = await askName({
    title,
    label: trans.__('Address of the folder'),
    accept,
    value: bucket ? toUri(bucket.uri, model.location?.key ?? bucket.home) : '',
    selected: 0,
    problem: text => (find(text) ? null : trans.__('None of your buckets begins so: %1', known))
  });
  const place = value === null ? null : find(value);
  return place && { ...place, key: place.key && place.key.replace(/\/?$/, '/') };
}
