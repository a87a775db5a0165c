/** What the server says about buckets and their contents: the JSON shapes of the HTTP API. */

export interface IBucket {
  /** `[A-Za-z0-9._~-]+`; also the first segment of a path in the drive. */
  readonly id: string;
  /** The bucket alone, such as `gs://leap-scratch`. */
  readonly uri: string;
  readonly provider: 'gcs' | 's3' | 'local';
  readonly label: string;
  /** The user's own prefix: empty, or ending in `/`. */
  readonly home: string;
  readonly access: 'read-write' | 'read-only';
  /** Days after creation at which objects are deleted, where that is known. */
  readonly expiresAfterDays: number | null;
  /** Why this bucket cannot be used, or null. */
  readonly error: string | null;
  /** How a bucket of S3 is asked; missing for others. */
  readonly connection?: IS3Connection;
}

/** Where a bucket of S3 is and who asks. No key. */
export interface IS3Connection {
  /** The AWS profile; null for the keys of the environment. */
  readonly profile: string | null;
  /** The rclone remote whose own keys are used, which fsspec cannot read. */
  readonly remote: string | null;
  /** `https://host`; null for AWS, or what the environment says. */
  readonly endpoint: string | null;
  readonly region: string | null;
  /** Whether it is read without keys. */
  readonly anonymous: boolean;
}

export interface IEntry {
  readonly kind: 'folder' | 'object';
  /** The last segment of the key; a folder's has no trailing slash. */
  readonly name: string;
  /** The whole object key; a folder's ends in `/`. */
  readonly key: string;
  /** Bytes; null for a folder. */
  readonly size: number | null;
  /** RFC 3339 with `Z`; null for a folder. */
  readonly updated: string | null;
  /** An opaque string that changes with every write. */
  readonly generation: string | null;
  readonly contentType: string | null;
  readonly storageClass: string | null;
  /** RFC 3339 with `Z`, from which the end of a scratch object follows; null for a folder. */
  readonly created: string | null;
}

export interface IPage {
  readonly entries: readonly IEntry[];
  /** Asks for the following page; null after the last. */
  readonly nextPageToken: string | null;
}

/** An object as the store has it after a write, or as HEAD tells it. */
export interface IObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly generation: string;
  readonly updated: string | null;
  readonly contentType: string | null;
  /** Base64 of the big-endian crc32c, where the store computes one. */
  readonly crc32c?: string | null;
}

/** All there is to know about an object, as `GET details` tells it. */
export interface IDetails extends IEntry {
  readonly kind: 'object';
  readonly size: number;
  /** Base64 of the big-endian crc32c, where the store has one. */
  readonly crc32c: string | null;
  /** Base64, where the store has one. */
  readonly md5: string | null;
  /** How the stored bytes are encoded, such as `gzip`; null for as they are. */
  readonly encoding: string | null;
  readonly cacheControl: string | null;
  /** The custom metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether the whole world may read it; null where that is unknown. */
  readonly public: boolean | null;
}

/** An upload session as `POST uploads` opens it. */
export interface IUploadSession {
  readonly id: string;
  /** Bytes of one piece: a multiple of 256 KiB. */
  readonly partSize: number;
  readonly relayUrl: string;
  /** The store's own address for the same pieces: a credential, kept in memory alone. */
  readonly directUrl: string | null;
}

/** What is there already under a name that was asked about. */
export interface IExisting {
  /** Relative to the prefix asked about. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** RFC 3339; null where the store does not tell. */
  readonly updated: string | null;
  readonly generation: string;
  /** Base64 of the big-endian crc32c; null where it is not known. */
  readonly crc32c: string | null;
}

/** A cloud token as `POST token` gives it. */
export interface IAccessToken {
  readonly accessToken: string;
  /** RFC 3339 with `Z`; null where the source does not tell. */
  readonly expiresAt: string | null;
  readonly account: string | null;
  /** Where it comes from, in words. */
  readonly source: string;
  readonly scope: {
    readonly kind: 'full' | 'limited';
    readonly bucket: string | null;
    readonly prefix: string | null;
    readonly permissions: readonly string[];
  };
}

/** An upload grant as `GET grants` lists it; the grant itself is told once, when it is made. */
export interface IGrant {
  readonly id: string;
  readonly bucket: string;
  readonly prefix: string;
  /** RFC 3339 with `Z`, as the following. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Null for one that was never used. */
  readonly lastUsedAt: string | null;
  /** How often a token was asked for with it. */
  readonly uses: number;
  /** Whether its heartbeats count as the user's activity. */
  readonly keepAwake: boolean;
}

/** A new upload grant, as `POST grants` answers. */
export interface INewGrant {
  readonly id: string;
  readonly grant: string;
  /** Where it is taken. */
  readonly url: string;
}
