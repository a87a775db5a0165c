import { defineConfig } from '@playwright/test';

/**
 * Real Chromium against real JupyterLab servers, one per worker (see support/stack.ts).
 * LEAP_CHROMIUM names another browser than Debian's.
 */
export default defineConfig({
  testDir: 'tests',
  // Two cores: more workers only wait for each other.
  workers: 2,
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  // A retry would hide a race; a flaky test is a defect.
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['html', { open: 'never', outputFolder: 'playwright-report' }]],
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.LEAP_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  }
});
