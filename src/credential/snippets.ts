import type { IBucket } from '../store/entry';
import { toUri } from '../store/path';
import { literal } from '../store/snippet';
import { percentEncoded, shellWord } from './quote';

/** The small data set that is written first, to see whether everything works: the guide's own name. */
export const TEST_STORE = 'test_offsite_upload.zarr';

/** Where data is to go. */
export interface ITarget {
  /** The bucket alone, such as `gs://leap-persistent`. */
  readonly uri: string;
  /** The folder: empty, or ending in `/`. */
  readonly prefix: string;
}

/** What uploads with a token. */
export type Tool = 'python' | 'rclone' | 'gcloud' | 'curl';

/** The code for one tool, or why there is none for this folder. */
export interface ISnippet {
  readonly code: string | null;
  readonly problem: 'names' | 'wildcards' | null;
}

/**
 * The buckets a Google token can write to, the best place for new data first: one's own folder
 * before a bucket without one, and kept before deleted after some days.
 */
export function uploadTargets(buckets: readonly IBucket[]): IBucket[] {
  const rank = ({ home, expiresAfterDays }: IBucket) =>
    (home === '' ? 2 : 0) + (expiresAfterDays === null ? 0 : 1);
  return buckets
    .filter(
      ({ provider, access, error }) =>
        provider === 'gcs' && access === 'read-write' && error === null
    )
    .sort((one, other) => rank(one) - rank(other));
}

/**
 * Code for another computer, which takes the token from `token.txt` or asks for it: it never is in the
 * code, in an argument of a program or in a shell's history. It writes a small data set first, then the
 * user's own data. Without a target the place is left for the reader to fill in.
 */
export function uploadSnippet(tool: Tool, target: ITarget | null): ISnippet {
  const place = target ?? { uri: 'gs://BUCKET', prefix: 'FOLDER/' };
  if (tool === 'rclone' && !isForRclone(place.prefix)) {
    return { code: null, problem: 'names' };
  }
  if (hasWildcards(place.prefix, tool)) {
    return { code: null, problem: 'wildcards' };
  }
  return { code: WRITERS[tool](place), problem: null };
}

/** Whether gcsfs, or gcloud, would take the name of this folder for the names of several. */
export function hasWildcards(prefix: string, tool: Tool = 'python'): boolean {
  return (
    (tool === 'python' && /[*?[]/.test(prefix)) || (tool === 'gcloud' && /[*?[\]{}#]/.test(prefix))
  );
}

/** Whether rclone takes a name as it is: it has some characters to stand for others, and tidies paths. */
function isForRclone(prefix: string): boolean {
  const segments = prefix.split('/').slice(0, -1);
  return (
    !segments.some(segment => ['', '.', '..'].includes(segment)) &&
    !/[\u2400-\u2421\uff0e\uff0f\u201b]/.test(prefix)
  );
}

/** What signs in with the user's own Google account, in the steps of the guide. */
export function loginSnippets(target: ITarget | null): {
  readonly signIn: string;
  readonly write: string;
  readonly erase: string;
} {
  const { store, example } = addresses(target ?? { uri: 'gs://BUCKET', prefix: 'FOLDER/' });
  return {
    signIn:
      'gcloud auth application-default login --no-browser --scopes=https://www.googleapis.com/auth/cloud-platform',
    write: `import xarray as xr

options = {"token": "google_default"}
${firstWrite(store, 'options')}
${ownData(example, 'options')}`,
    erase: 'gcloud auth application-default revoke'
  };
}

/** The small data set, and where the user's own data might go. */
export function addresses({ uri, prefix }: ITarget): { store: string; example: string } {
  return {
    store: toUri(uri, `${prefix}${TEST_STORE}`),
    example: toUri(uri, `${prefix}my_run.zarr`)
  };
}

/** Python. Newer gcsfs asks Google for the layout of the bucket before everything that it does, in vain. */
const NO_LAYOUT = `# Else newer gcsfs asks what kind of bucket it is, which a limited token may not know.
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"
`;

const WRITERS: Record<Tool, (place: ITarget) => string> = { python, rclone, gcloud, curl };

function python(place: ITarget): string {
  const { store, example } = addresses(place);
  return `import os
from getpass import getpass
from pathlib import Path

import xarray as xr
from google.oauth2.credentials import Credentials

${NO_LAYOUT}
file = Path("token.txt")
token = file.read_text() if file.exists() else getpass("Upload token: ")
options = {"token": Credentials(token.strip())}

# A small test first: "Verify upload" on the hub shows when it has arrived.
${firstWrite(store, 'options')}
# Then your own data:
${ownData(example, 'options')}`;
}

function firstWrite(store: string, options: string): string {
  return `store = ${literal(store)}
ds = xr.DataArray([1, 4, 6]).to_dataset(name="test")
ds.to_zarr(store, mode="w", storage_options=${options})
print("Written:", store)
`;
}

function ownData(example: string, options: string): string {
  return `# ds = xr.open_mfdataset("my_run/*.nc", chunks={})
# ds.to_zarr(${literal(example)}, storage_options=${options})
`;
}

/**
 * One command to a shell, in parentheses: pasted line by line, the question for the token would take the
 * next line for the answer. No comments: zsh at the keyboard has none.
 */
function shell(own: string, lines: string): string {
  return `(
  set -eu
  data=${own}
  if [ -f token.txt ]; then
    token=$(tr -d '[:space:]' <token.txt)
  else
    printf 'Upload token: ' >&2
    IFS= read -rs token
    echo >&2
  fi
  umask 077
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  test=$folder/${TEST_STORE}
  mkdir -p "$test/test"
  printf '{"zarr_format": 2}' >"$test/.zgroup"
  printf '{"zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|i1", "order": "C",
    "compressor": null, "filters": null, "fill_value": null}' >"$test/test/.zarray"
  printf '{"_ARRAY_DIMENSIONS": ["dim_0"]}' >"$test/test/.zattrs"
  printf '\\001' >"$test/test/0"
${lines}
)
`;
}

const ARRIVED = `    echo "The test was written. Now put your own data in place of $data and run this again."`;

function rclone({ uri, prefix }: ITarget): string {
  const place = shellWord(`:gcs:${uri.replace(/^gs:\/\//, '')}/${prefix}`);
  return shell(
    'my_data',
    `  export RCLONE_GCS_TOKEN="{\\"access_token\\":\\"$token\\",\\"token_type\\":\\"Bearer\\"}"
  export RCLONE_GCS_BUCKET_POLICY_ONLY=true RCLONE_GCS_NO_CHECK_BUCKET=true
  place=${place}
  rclone copy "$test" "\${place}${TEST_STORE}"
  if [ -d "$data" ]; then
    rclone copy --progress "$data" "$place$(basename "$data")"
  else
${ARRIVED}
  fi`
  );
}

function gcloud({ uri, prefix }: ITarget): string {
  return shell(
    'my_data',
    `  printf %s "$token" >"$folder/token"
  place=${shellWord(toUri(uri, prefix))}
  gcloud storage cp --recursive --access-token-file="$folder/token" "$test" "$place"
  if [ -e "$data" ]; then
    gcloud storage cp --recursive --access-token-file="$folder/token" "$data" "$place"
  else
${ARRIVED}
  fi`
  );
}

function curl({ uri, prefix }: ITarget): string {
  const bucket = percentEncoded(uri.replace(/^gs:\/\//, ''));
  const address = `https://storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${percentEncoded(prefix)}`;
  return shell(
    'my_data.nc',
    `  place='${address}'
  put() {
    printf 'header = "Authorization: Bearer %s"\\n' "$token" |
      curl --config - --fail --silent --show-error --output /dev/null --request POST \\
        --header 'Content-Type: application/octet-stream' --upload-file "$1" "$place$2"
  }
  for part in .zgroup test/.zarray test/.zattrs test/0; do
    put "$test/$part" "${TEST_STORE}/$part"
  done
  name=$(basename "$data")
  case $name in
    *[^A-Za-z0-9._~-]*) echo "Rename $data: letters, digits, dots, - and _ only." >&2; exit 1 ;;
  esac
  if [ -f "$data" ]; then
    put "$data" "$name"
  else
${ARRIVED}
  fi`
  );
}
