/** What the page and the data set worker say to each other. Everything here is plain data. */

/** How the worker may ask the server: it cannot read the page's cookies itself. */
export interface IAccess {
  /** The server extension's address, ending in `/`. */
  readonly routes: string;
  /** The sign-in: `Authorization`, `X-XSRFToken`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: RequestCredentials;
}

/** A Zarr store: the folder of a bucket. */
export interface IPlace {
  readonly bucket: string;
  /** Ends in `/`. */
  readonly prefix: string;
}

/** What the page asks; every kind but `access` and `close` has one answer. */
export type ZarrRequest =
  | { readonly kind: 'access'; readonly access: IAccess }
  | ({ readonly request: number; readonly dataset: number } & (
      | { readonly kind: 'summary'; readonly place: IPlace }
      | { readonly kind: 'preview'; readonly array: string }
    ))
  | { readonly kind: 'close'; readonly dataset: number };

/** What the worker says: answers, and that its sign-in was refused and it needs a newer one. */
export type ZarrMessage =
  | { readonly kind: 'needs-access' }
  | { readonly kind: 'summary'; readonly request: number; readonly summary: ISummary }
  | { readonly kind: 'preview'; readonly request: number; readonly preview: IPreview }
  | { readonly kind: 'failure'; readonly request: number; readonly failure: IFailure };

/**
 * Why something could not be read. The reason is the server's, or one of the worker's own:
 * `offline`, `aborted`, `not-zarr` (files, but no Zarr), `empty-folder`, `bad-metadata`,
 * `too-large`, `unsupported`.
 */
export interface IFailure {
  /** The HTTP status; 0 when no answer came, or when it is about what was read. */
  readonly status: number;
  readonly reason: string;
  /** The object or prefix it is about. */
  readonly key: string;
  /** What the server or the library said, in English; may be empty. */
  readonly message: string;
  readonly hint: string;
}

/** A JSON value as it is in the metadata. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Attributes in the order of the file. */
export type Attributes = readonly (readonly [name: string, value: Json])[];

/** An array, from its metadata alone. */
export interface IArray {
  readonly name: string;
  /** From the store's root, without slashes at the ends. */
  readonly path: string;
  readonly dims: readonly string[];
  readonly shape: readonly number[];
  /** As NumPy calls it where it knows the type, such as `float32` or `<U4`. */
  readonly dtype: string;
  /** What one read decodes; null for a grid that is not regular. */
  readonly chunks: readonly number[] | null;
  readonly chunkCount: number | null;
  /** What one object holds, where that is more than one chunk. */
  readonly shards: readonly number[] | null;
  readonly shardCount: number | null;
  /** Without compression; null where elements have no fixed size. */
  readonly bytes: number | null;
  readonly attributes: Attributes;
  /** Whether `preview` may be asked: one-dimensional, and its first chunk is small. */
  readonly previewable: boolean;
}

/** An array whose metadata says too little, and why. */
export interface IBrokenArray {
  readonly name: string;
  readonly problem: string;
}

/** A group as xarray would show it. */
export interface IGroup {
  /** Empty for the root. */
  readonly path: string;
  /** Sizes by name; more than one where the arrays disagree. */
  readonly dims: readonly (readonly [name: string, sizes: readonly number[]])[];
  readonly coordinates: readonly IArray[];
  readonly variables: readonly IArray[];
  readonly broken: readonly IBrokenArray[];
  readonly attributes: Attributes;
}

/** What a store holds. */
export interface ISummary {
  readonly format: 2 | 3;
  readonly consolidated: boolean;
  /** The groups that were read, the root first; a root that is an array is a group of that one. */
  readonly groups: readonly IGroup[];
  /** Paths of groups that were only seen in the listing. */
  readonly unread: readonly string[];
  /** Whether there is more than was listed. */
  readonly truncated: boolean;
  /** What it took. */
  readonly cost: ICost;
}

/** Requests and bytes since the data set was opened. */
export interface ICost {
  readonly requests: number;
  readonly bytes: number;
}

/** The first values of a coordinate, as texts; stored values, with packing undone. */
export interface IPreview {
  readonly values: readonly string[];
  /** The last value, where the array goes on and its end was read too. */
  readonly last: string | null;
  /** Whether `values` and `last` are not all. */
  readonly more: boolean;
}
