import { expect, open, test } from './fixtures.ts';
import { testIds } from './test-ids.ts';

test('counts what was found, watches what could be missed, and leads to the lists', async ({
  page,
  signIn,
  problems,
}) => {
  await signIn('viewer');
  await open(page, 'overview');
  const counts = page.getByTestId(testIds.overview.counts);
  await expect(counts.getByRole('link', { name: '4 Open' })).toBeVisible();
  await expect(counts.getByRole('link', { name: '2 Medium' })).toBeVisible();
  await expect(page.getByTestId(testIds.timeline)).toContainText('medium 1');
  const health = page.getByTestId(testIds.overview.health);
  await expect(health).toContainText('The last heartbeat line came 34 s ago.');
  await expect(health).toContainText('12 datagrams were dropped');
  await expect(page.getByTestId(testIds.overview.sources)).toContainText('linux-auth');
  await expect(page.getByText('412 lines that no parser understands')).toBeVisible();
  await expect(page.getByText('<b>%%% free text</b>')).toBeVisible();
  await counts.getByRole('link', { name: '1 Critical' }).click();
  await expect(page).toHaveURL(/findings\?state=all&severity=critical/);
  await expect(page.getByTestId(testIds.findings.table).locator('tbody tr')).toHaveCount(1);
  expect(problems).toEqual([]);
});

test('leaves scenario runs out until asked', async ({ page, signIn }) => {
  await signIn('viewer');
  await open(page, 'overview');
  await expect(page.getByRole('link', { name: '5 All' })).toBeVisible();
  await page.getByLabel('Show scenario runs').check({ force: true });
  await expect(page.getByRole('link', { name: '6 All' })).toBeVisible();
  await expect(page).toHaveURL(/runs=include/);
});

test('counts only the chosen period', async ({ page, signIn }) => {
  await signIn('viewer');
  await open(page, 'overview?range=1h');
  await expect(page.getByRole('link', { name: '1 All' })).toBeVisible();
});

test.describe('with nothing yet', () => {
  test.use({ mode: 'empty' });
  test('says what to do: an administrator is told the real syslog address, a viewer the usual port', async ({
    page,
    signIn,
  }) => {
    await signIn('admin');
    await open(page, 'overview');
    await expect(page.getByText('127.0.0.1:5599')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Play a scenario' })).toBeVisible();
    await signIn('viewer');
    await page.reload();
    await expect(page.getByText('unless it was set up otherwise')).toBeVisible();
  });
});
