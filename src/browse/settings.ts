import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';
import type { IPublicBucket } from '../store/buckets';
import type { SnippetFlavour } from '../store/snippet';

/** A folder that a person comes back to. */
export interface IFavourite {
  readonly bucket: string;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
}

/** What a person may set; the schema `browse.json` has the same names, with words and limits. */
export interface IBrowseValues {
  readonly showSize: 'wide' | 'always' | 'never';
  readonly showAge: boolean;
  /** Entries of one page: one request to the store. */
  readonly pageSize: number;
  readonly confirmDelete: boolean;
  readonly confirmMove: boolean;
  readonly snippet: SnippetFlavour;
  readonly favourites: readonly IFavourite[];
  readonly buckets: readonly IPublicBucket[];
}

const DEFAULTS: IBrowseValues = {
  showSize: 'wide',
  showAge: true,
  pageSize: 1000,
  confirmDelete: true,
  confirmMove: true,
  snippet: 'library',
  favourites: [],
  buckets: []
};

/** The settings of the panel: defaults until they are loaded, and where there are none. */
export class BrowseSettings {
  readonly changed = new Signal<this, void>(this);

  get values(): IBrowseValues {
    return this._values;
  }

  /** Follows what the registry has from now on. */
  follow(settings: ISettingRegistry.ISettings): void {
    const read = () => {
      this._values = { ...DEFAULTS, ...(settings.composite as Partial<IBrowseValues>) };
      this.changed.emit();
    };
    this._settings = settings;
    settings.changed.connect(read);
    read();
  }

  /** Keeps a value for the next time. Without a registry it holds for this page only. */
  async set<K extends keyof IBrowseValues>(name: K, value: IBrowseValues[K]): Promise<void> {
    this._values = { ...this._values, [name]: value };
    this.changed.emit();
    await this._settings?.set(name, JSON.parse(JSON.stringify(value)));
  }

  isFavourite({ bucket, prefix }: IFavourite): boolean {
    return this._values.favourites.some(one => one.bucket === bucket && one.prefix === prefix);
  }

  /** Adds a favourite, or removes it. */
  toggleFavourite(place: IFavourite): Promise<void> {
    const { favourites } = this._values;
    return this.set(
      'favourites',
      this.isFavourite(place)
        ? favourites.filter(one => one.bucket !== place.bucket || one.prefix !== place.prefix)
        : [...favourites, place]
    );
  }

  private _values = DEFAULTS;
  private _settings: ISettingRegistry.ISettings | null = null;
}
