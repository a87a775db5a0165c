import { expect, test } from '../support/fixtures';

test('the extension starts with the application and complains of nothing', async ({
  browser,
  stack
}) => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', message => {
    if (/Unsatisfied version|leap-buckets/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', error => complaints.push(String(error)));
  await page.goto(`${stack.url}/lab`);
  await expect(page.getByRole('tab', { name: 'Cloud buckets' })).toBeVisible();
  expect(complaints).toEqual([]);
  await page.close();
});
