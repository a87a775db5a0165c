import { nullTranslator } from '@jupyterlab/translation';
import { CommandIDs } from '../commands';
import { advise, requestUrl } from './advice';
import type { Amount, IAnswers, Source } from './answers';
import { fetchScript } from './script';

const trans = nullTranslator.load('');

function commands(answers: IAnswers): (string | undefined)[] {
  return advise(answers, trans)
    .map(({ command }) => command)
    .filter(Boolean);
}

describe('advise', () => {
  it('leads data of this computer to the panel, and terabytes to a token as well', () => {
    const panel = [CommandIDs.showPanel, CommandIDs.uploadFolder];
    const mine = { source: 'computer', published: false } as const;
    expect(commands({ ...mine, amount: 'little' })).toEqual(panel);
    expect(commands({ ...mine, amount: 'much' })).toEqual(panel);
    expect(commands({ ...mine, amount: 'huge' })).toEqual([...panel, CommandIDs.generateToken]);
  });

  it('leads data of an HPC to a token, and to the look whether it has arrived', () => {
    const token = [CommandIDs.generateToken, CommandIDs.verifyUpload];
    for (const amount of ['little', 'much', 'huge'] as const) {
      expect(commands({ source: 'hpc', amount, published: false })).toEqual(token);
    }
  });

  it('points published data to Pangeo Forge first, and says nothing of it else', () => {
    for (const source of ['computer', 'hpc', 'archive', 'bucket'] as Source[]) {
      for (const amount of ['little', 'much', 'huge'] as Amount[]) {
        const [first, ...others] = advise({ source, amount, published: true }, trans);
        expect(first.url).toContain('pangeo-forge');
        expect(others).toEqual(advise({ source, amount, published: false }, trans));
        expect(others.every(({ url }) => url === undefined)).toBe(true);
      }
    }
  });
});

describe('requestUrl', () => {
  const form = 'https://example.org/new?labels=dataset&title=New+Dataset+%5BDataset+Name%5D';

  it.each(['ERA5 & more', '$& $1', '日本', '] %5D #'])('fills in the name (%#)', name => {
    const url = new URL(requestUrl(form, name));
    expect(url.searchParams.get('title')).toBe(`New Dataset [${name}]`);
    expect(url.searchParams.get('labels')).toBe('dataset');
  });

  it('leaves the place of the name where there is none', () => {
    expect(new URL(requestUrl(form, '')).searchParams.get('title')).toContain('[Dataset Name]');
  });
});

describe('fetchScript', () => {
  it('holds the addresses as Python strings, without blank lines', () => {
    const script = fetchScript({
      addresses: ' https://a.example/x.nc \n\nhttps://b.example/"y".nc',
      folder: 'gs://bucket/ada/era5'
    });
    expect(script).toContain(
      '    "https://a.example/x.nc",\n    "https://b.example/\\"y\\".nc",\n]'
    );
    expect(script).toContain('folder = "gs://bucket/ada/era5"');
  });
});
