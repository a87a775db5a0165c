import tests from './playwright.config';

/** Makes the pictures of docs/images/ (see scripts/screenshots). */
export default {
  ...tests,
  testDir: 'screenshots',
  workers: 1,
  reporter: 'list'
};
