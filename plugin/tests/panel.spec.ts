import { expect, test } from './fixtures.ts';

test('the nested panel shows what the service counts, and what a query gives', async ({ page, signIn, problems }) => {
  await signIn('viewer');
  await page.goto('/preview/panels/loglake-findingstimeline-panel');
  await expect(page.getByTestId('timeline')).toHaveCount(2);
  expect(problems).toEqual([]);
});
