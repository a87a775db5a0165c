import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../commands';
import type { IAnswers } from './answers';

/** Where recipes for published data are shared. */
const PANGEO_FORGE = 'https://pangeo-forge.readthedocs.io';

/** One thing to do; `command` and `url` are what its button runs or opens, `script` shows the form of the script. */
export interface IStep {
  readonly text: string;
  readonly command?: string;
  readonly url?: string;
  readonly button?: string;
  readonly script?: true;
}

/** The steps from where the data is to the hub, the first one first. */
export function advise(answers: IAnswers, trans: TranslationBundle): IStep[] {
  return [
    ...(answers.published ? [published(trans)] : []),
    ...WAYS[answers.source](answers, trans)
  ];
}

function published(trans: TranslationBundle): IStep {
  return {
    text: trans.__(
      'Published data is best brought in once, for everybody: Pangeo Forge has recipes that write it in a form that is quick to analyse. Look there and ask your data team before you copy it.'
    ),
    url: PANGEO_FORGE,
    button: trans.__('Open Pangeo Forge')
  };
}

const WAYS: Record<IAnswers['source'], (answers: IAnswers, trans: TranslationBundle) => IStep[]> = {
  computer: ({ amount }, trans) => [
    {
      text: trans.__(
        'Drop files and folders onto the panel "Cloud buckets". Every file is checked when it has arrived.'
      ),
      command: CommandIDs.showPanel,
      button: trans.__('Show Cloud Buckets')
    },
    {
      text: trans.__('Or choose a folder; what is in the bucket already is skipped.'),
      command: CommandIDs.uploadFolder,
      button: trans.__('Upload Folder...')
    },
    ...(amount === 'little'
      ? []
      : [
          {
            text:
              amount === 'much'
                ? trans.__(
                    'At 100 Mbit/s, 100 GB take two and a half hours. When the connection breaks or the page is closed, nothing is lost: open the panel again and go on.'
                  )
                : trans.__(
                    'At 100 Mbit/s, one terabyte takes a day. A computer with a better connection and a token that renews itself is quicker: choose "Longer than an hour" there.'
                  ),
            ...(amount === 'huge' ? token(trans) : {})
          }
        ])
  ],
  hpc: ({ amount }, trans) => [
    {
      text: trans.__('On that computer, have Python with xarray, gcsfs and zarr, or rclone.')
    },
    {
      text:
        amount === 'little'
          ? trans.__(
              'Copy a token and the code that uses it. It writes a small data set first, then yours.'
            )
          : trans.__(
              'Copy the code under "Longer than an hour": its tokens renew themselves, for days if need be. It writes a small data set first, then yours.'
            ),
      ...token(trans)
    },
    {
      text: trans.__('See whether the small data set has arrived before you start with yours.'),
      command: CommandIDs.verifyUpload,
      button: trans.__('Verify Upload')
    }
  ],
  archive: (_, trans) => [
    {
      text: trans.__(
        'The hub can fetch it by itself, so that nothing goes through your computer. Fill in the addresses, and run this script in a notebook or a terminal here. Run it again after a break: files that are there are skipped.'
      ),
      script: true
    }
  ],
  bucket: ({ amount }, trans) => [
    {
      text: trans.__('A public bucket of Google: add it, and copy from it as from your own.'),
      command: CommandIDs.addBucket,
      button: trans.__('Add Public Bucket...')
    },
    {
      text: trans.__('S3 or an OSN pod: tell the key once.'),
      command: CommandIDs.addConnection,
      button: trans.__('Connections...')
    },
    {
      text:
        amount === 'huge'
          ? trans.__(
              'Then choose "Copy to..." on a folder. The copy goes on while your server runs, also when the page is closed; a folder that is copied again skips what is there.'
            )
          : trans.__('Then choose "Copy to..." on a folder, or drag it from one place to another.')
    }
  ]
};

function token(trans: TranslationBundle): Pick<IStep, 'command' | 'button'> {
  return { command: CommandIDs.generateToken, button: trans.__('Generate Upload Token') };
}

/**
 * The form by which a hub's data team learns of a data set, with its name filled in.
 *
 * @param form - The address of a new issue, whose query has a `title`.
 */
export function requestUrl(form: string, name: string): string {
  const url = new URL(form);
  const title = url.searchParams.get('title') ?? 'New Dataset [Dataset Name]';
  if (name) {
    url.searchParams.set(
      'title',
      title.replace('[Dataset Name]', () => `[${name}]`)
    );
  }
  return url.href;
}
