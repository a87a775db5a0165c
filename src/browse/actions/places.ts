import { InputDialog, Notification } from '@jupyterlab/apputils';
import { CommandIDs } from '../../commands';
import { isAt } from '../../store/buckets';
import type { IBucket } from '../../store/entry';
import type { ILocation } from '../../store/path';
import { asBucketUri } from '../uri';
import { refuse } from './change';
import type { Action, Actions, IActionContext } from './context';

/** Ways to folders: back and forward, addresses, favourites and public buckets. */
export function places(context: IActionContext): Actions {
  const { buckets, client, history, model, panel, settings, trans } = context;
  const travel = (possible: () => boolean, step: () => ILocation | null): Action => ({
    isEnabled: possible,
    execute: async () => {
      const place = step();
      if (place) {
        await model.go(place);
      }
    }
  });
  const favourite = () => {
    const { location } = model;
    return location && { bucket: location.bucket, prefix: location.key };
  };
  const added = (): IBucket | null =>
    settings.values.buckets.some(({ uri }) => model.bucket && isAt(model.bucket, uri))
      ? model.bucket
      : null;
  return {
    [CommandIDs.back]: travel(
      () => history.canGoBack,
      () => history.back()
    ),
    [CommandIDs.forward]: travel(
      () => history.canGoForward,
      () => history.forward()
    ),
    [CommandIDs.goToPath]: {
      execute: async () => {
        const { value } = await InputDialog.getText({
          title: trans.__('Go to Path'),
          label: trans.__('An address such as gs://bucket/folder, or one of the Google console'),
          text: model.location && model.bucket ? `${model.bucket.uri}/${model.location.key}` : '',
          okLabel: trans.__('Go')
        });
        if (value?.trim()) {
          await model.goToUri(value.trim());
        }
        panel.keepKeyboard();
      }
    },
    [CommandIDs.toggleFavourite]: {
      isEnabled: () => model.location !== null,
      isToggled: () => {
        const place = favourite();
        return place !== null && settings.isFavourite(place);
      },
      execute: async () => {
        const place = favourite();
        if (place) {
          try {
            await settings.toggleFavourite(place);
          } catch (error) {
            await refuse(trans.__('The favourites were not saved'), error);
          }
        }
      }
    },
    [CommandIDs.addBucket]: {
      execute: async ({ uri: sought }) => {
        const isGiven = typeof sought === 'string';
        const value = isGiven
          ? bucketPart(sought)
          : (
              await InputDialog.getText({
                title: trans.__('Add Public Bucket'),
                label: trans.__('The address of a bucket that everybody may read'),
                placeholder: 'gs://bucket',
                okLabel: trans.__('Add')
              })
            ).value;
        if (!value?.trim()) {
          panel.keepKeyboard();
          return;
        }
        const uri = asBucketUri(value);
        try {
          const bucket = await client.addBucket(uri);
          buckets.forget();
          if (!settings.values.buckets.some(known => known.uri === uri)) {
            await settings.set('buckets', [...settings.values.buckets, { uri }]);
          }
          await model.start({ bucket: bucket.id, key: bucket.home });
          if (isGiven) {
            await model.goToUri(sought);
          }
        } catch (error) {
          await refuse(trans.__('The bucket was not added'), error);
        }
        panel.keepKeyboard();
      }
    },
    [CommandIDs.removeBucket]: {
      isEnabled: () => added() !== null,
      isVisible: () => added() !== null,
      execute: async () => {
        const bucket = added();
        if (!bucket) {
          return;
        }
        try {
          await client.removeBucket(bucket.id);
          buckets.forget();
          await settings.set(
            'buckets',
            settings.values.buckets.filter(({ uri }) => !isAt(bucket, uri))
          );
          await model.start(null);
          Notification.info(trans.__('%1 is no longer shown.', bucket.uri), { autoClose: 3000 });
        } catch (error) {
          await refuse(trans.__('%1 was not removed', bucket.uri), error);
        }
      }
    }
  };
}

/** The bucket alone, of an address in it. */
function bucketPart(uri: string): string {
  return asBucketUri(uri).split('/').slice(0, 3).join('/');
}
