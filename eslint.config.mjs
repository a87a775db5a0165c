import js from '@eslint/js';
import jupyterPlugin from '@jupyter/eslint-plugin';
import prettierRecommended from 'eslint-plugin-prettier/recommended';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const capabilities = ['browse', 'transfer', 'credential', 'dataset', 'drive', 'guide', 'job'];

const deny = (...patterns) => ({
  'no-restricted-imports': [
    'error',
    { patterns: patterns.map(([group, message]) => ({ group, message })) }
  ]
});

export default [
  {
    ignores: [
      'node_modules',
      '.cache',
      '.venv',
      'coverage',
      'dist',
      'lib',
      'jupyterlab_leap_buckets/labextension',
      'schema',
      'ui-tests/test-results',
      'ui-tests/playwright-report',
      '**/*.js',
      '**/*.d.ts'
    ]
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  { plugins: { jupyter: jupyterPlugin } },
  ...jupyterPlugin.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs'],
    languageOptions: { globals: { ...globals.browser, ...globals.node } }
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    languageOptions: {
      parserOptions: { project: 'tsconfig.json', sourceType: 'module' }
    },
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]', match: true }
        }
      ],
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none' }],
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      // Our bundle is one small chunk; what is large (worker, codecs) is split where it is used.
      'jupyter/prefer-lazy-imports': 'off',
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'prefer-arrow-callback': 'error'
    }
  },
  {
    // Playwright reads a fixture's first parameter and insists on a pattern, even an empty one.
    files: ['boundedGcs', 'fixtures', 'gate', 'localBucket', 'longFolders', 'standIn'].map(
      name => `ui-tests/support/${name}.ts`
    ),
    rules: { 'no-empty-pattern': 'off' }
  },
  // The layers. A capability knows store/ and ui/ and the shared tables, never another capability.
  ...capabilities.map(own => ({
    files: [`src/${own}/**`],
    rules: deny(
      ...capabilities
        .filter(other => other !== own)
        .map(other => [
          [`../${other}/*`, `**/${other}/*`],
          `${own}/ must not import ${other}/: go through tokens.ts or a command.`
        ])
    )
  })),
  {
    files: ['src/store/**'],
    ignores: ['src/store/**/*.spec.ts'],
    rules: deny(
      [
        ['react', '@lumino/*', '@jupyterlab/ui-components', '@jupyterlab/apputils'],
        'store/ has no DOM and no Lumino.'
      ],
      [['../*'], 'store/ imports nothing of ours but itself.']
    )
  },
  {
    files: ['src/ui/**'],
    rules: deny([
      capabilities.map(name => `../${name}/*`),
      'ui/ is used by the capabilities and knows none of them.'
    ])
  },
  {
    files: ['src/worker/**'],
    ignores: ['src/worker/testing/**'],
    rules: deny(
      [['@jupyterlab/*', '@lumino/*', 'react'], 'A worker has no page: nothing of JupyterLab.'],
      [['../*'], 'worker/ imports nothing of ours but itself.']
    )
  },
  prettierRecommended
];
