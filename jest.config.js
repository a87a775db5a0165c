const jestJupyterLab = require('@jupyterlab/testutils/lib/jest-config');

// Published as ES modules only, so jest has to translate them.
const esModules = [
  '@codemirror',
  '@jupyter/',
  '@jupyterlab/',
  '@marijn/find-cluster-break',
  '@microsoft/',
  'exenv-es6',
  'hash-wasm',
  'lib0',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs',
  'zarrita',
  '@zarrita',
  'numcodecs'
].join('|');

const base = jestJupyterLab(__dirname);

module.exports = {
  ...base,
  moduleNameMapper: {
    ...base.moduleNameMapper,
    // Their packages export to "import" alone, and jest asks as "require".
    '^zarrita$': '<rootDir>/node_modules/zarrita/dist/src/index.js',
    '^@zarrita/storage/(.*)$': '<rootDir>/node_modules/@zarrita/storage/dist/src/$1.js',
    '^numcodecs/(.*)$': '<rootDir>/node_modules/numcodecs/dist/$1.js'
  },
  // The base also writes a junit.xml and coverage into the checkout.
  reporters: ['default'],
  coverageReporters: ['text'],
  roots: ['<rootDir>/src'],
  testRegex: 'src/.*\\.spec\\.tsx?$',
  transformIgnorePatterns: [`/node_modules/(?!${esModules}).+`]
};
