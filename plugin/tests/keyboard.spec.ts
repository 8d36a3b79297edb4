import { expect, open, test } from './fixtures.ts';
import { testIds } from './test-ids.ts';

test('a finding is found, opened, acknowledged and closed without a mouse', async ({ page, signIn, problems }) => {
  await signIn('editor');
  await open(page, 'findings');
  const link = page.getByRole('link', { name: 'SSH brute force from one address' });
  await link.waitFor();
  // From the text filter through the table's head into its rows, in the order in which they are read.
  await page.getByLabel('Text').focus();
  const focused: string[] = [];
  for (let n = 0; n < 40 && !(await link.evaluate((element) => element === document.activeElement)); n += 1) {
    await page.keyboard.press('Tab');
    focused.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''
      )
    );
  }
  await expect(link).toBeFocused();
  expect(focused.indexOf('Select all on this page')).toBeGreaterThan(-1);
  expect(focused.indexOf('Select SSH brute force from one address')).toBe(focused.length - 2);
  await page.keyboard.press('Enter');
  const detail = page.getByTestId(testIds.findings.detail);
  await expect(detail).toContainText('Why it fired');
  await expect(page).toHaveURL(/findings\/f-brute/);
  const acknowledge = detail.getByRole('button', { name: 'Acknowledge', exact: true });
  await expect(acknowledge).toBeEnabled();
  for (let n = 0; n < 10 && !(await acknowledge.evaluate((element) => element === document.activeElement)); n += 1)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId(testIds.findings.outcomes)).toContainText('1 finding changed');
  await page.keyboard.press('Escape');
  await expect(detail).toHaveCount(0);
  await expect(page).toHaveURL(/findings$/);
  expect(problems).toEqual([]);
});

test('Escape leaves a question unanswered and the finding as it was', async ({ page, signIn, service }) => {
  await signIn('editor');
  await open(page, 'findings/f-brute');
  await page.getByTestId(testIds.findings.detail).getByRole('button', { name: 'False positive …' }).press('Enter');
  await expect(page.getByRole('dialog', { name: /false positive/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: /false positive/ })).toHaveCount(0);
  expect(service.requests().filter((request) => request.startsWith('POST'))).toEqual([]);
});

test('a row is chosen with the space bar', async ({ page, signIn }) => {
  await signIn('editor');
  await open(page, 'findings');
  await page.getByLabel('Select Port scan of one host').focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId(testIds.findings.bulkBar)).toContainText('1 selected');
});
