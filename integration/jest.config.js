const unit = require('../jest.config');

/** Our TypeScript in Node, against real servers: no page, and time for a server to start. */
module.exports = {
  ...unit,
  rootDir: '..',
  roots: ['<rootDir>/integration'],
  setupFiles: [],
  testEnvironment: 'node',
  testRegex: '\\.spec\\.ts$',
  testTimeout: 60_000,
  transform: {
    ...unit.transform,
    // Each file by itself: types are checked by `tsc -p integration`.
    '^.+\\.tsx?$': ['ts-jest/legacy', { tsconfig: '<rootDir>/integration/tsconfig.json' }]
  }
};
