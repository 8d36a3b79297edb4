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

test('says in plain words what was read, what was not and why, and which rules are held back', async ({
  page,
  signIn,
  problems,
}) => {
  await signIn('viewer');
  await open(page, 'overview');
  const reading = page.getByTestId(testIds.overview.reading);
  await expect(reading).toContainText('Everything that arrived up to 12 s ago has been read');
  await expect(reading).toContainText('Not read: 2026-11-21 14:02 to 2026-11-21 14:05, the store was away');
  await expect(reading).toContainText('being filled, 60 %');
  await expect(reading).toContainText('Rule held back: Very long <i>pattern</i>');
  await expect(reading).toContainText('it is too slow: it used 2.1 s');
  await expect(reading).toContainText('Needs a look');
  expect(problems).toEqual([]);
});

test.describe('with nothing left out', () => {
  test.use({ mode: 'empty' });
  test('says that there are no gaps', async ({ page, signIn }) => {
    await signIn('viewer');
    await open(page, 'overview');
    const reading = page.getByTestId(testIds.overview.reading);
    await expect(reading).toContainText('No gaps: nothing that arrived is left out.');
    await expect(reading).toContainText('Complete');
  });
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
