import type { ILocation } from '../../store/path';
import { placeName } from '../places';
import { fromUri } from '../uri';
import type { IActionContext } from './context';
import { FolderChoice } from './folderChoice';
import { chooseFolder } from './folderChooser';

/** Asks for a folder; the one shown, else the user's own, is where to begin. */
export async function askFolder(
  {
    buckets,
    client,
    model,
    settings,
    trans
  }: Pick<IActionContext, 'buckets' | 'client' | 'model' | 'settings' | 'trans'>,
  title: string,
  accept: string
): Promise<ILocation | null> {
  const all = await buckets.all();
  const find = (text: string) => fromUri(text.trim(), all);
  const known = all.map(({ uri }) => uri).join(', ');
  const bucket = model.bucket ?? all[0];
  const begin = bucket && { bucket: bucket.id, key: model.location?.key ?? bucket.home };
  const favourites = settings.values.favourites.map(one => ({
    bucket: one.bucket,
    key: one.prefix
  }));
  const named = all.map(one => ({ ...one, label: placeName(one, trans) }));
  const choice = new FolderChoice(client, named, favourites);
  void choice.open(begin ?? null);
  const value = await chooseFolder(
    {
      title,
      label: trans.__('Address of the folder; one that is not there yet is made'),
      accept,
      value: choice.address,
      selected: 0,
      problem: text => (find(text) ? null : trans.__('None of your buckets begins so: %1', known))
    },
    choice,
    trans
  );
  const place = value === null ? null : find(value);
  return place && { ...place, key: place.key && place.key.replace(/\/?$/, '/') };
}
