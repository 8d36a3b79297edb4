import type { Page } from '@playwright/test';
import { makeFinding } from './handlers/data.ts';
import { expect, open, test } from './fixtures.ts';
import { testIds } from './test-ids.ts';

const ids = testIds.findings;
const row = (page: Page, findingId: string) => page.locator(`tr[data-finding="${findingId}"]`);
const detail = (page: Page) => page.getByTestId(ids.detail);
const outcomes = (page: Page) => page.getByTestId(ids.outcomes);
const titles = (page: Page) => page.getByTestId(ids.table).locator('tbody a').allTextContents();

test.describe('the list', () => {
  test('shows open findings without runs; filters live in the address and survive a reload', async ({
    page,
    signIn,
    problems,
  }) => {
    await signIn('viewer');
    await open(page, 'findings');
    await expect(page.getByTestId(ids.table).locator('tbody tr')).toHaveCount(4);
    await expect(row(page, 'f-run')).toHaveCount(0);
    await page.getByLabel('Show scenario runs').check({ force: true });
    await expect(row(page, 'f-run')).toBeVisible();
    await page.getByLabel('Text').fill('gw-1');
    await expect(page.getByTestId(ids.table).locator('tbody tr')).toHaveCount(1);
    await expect(page).toHaveURL(/text=gw-1&runs=include/);
    await page.reload();
    await expect(row(page, 'f-scan')).toBeVisible();
    await expect(page.getByTestId(ids.table).locator('tbody tr')).toHaveCount(1);
    expect(problems).toEqual([]);
  });

  test('sorts by what the service can sort by, and says so to screen readers', async ({ page, signIn }) => {
    await signIn('viewer');
    await open(page, 'findings');
    await expect(page.getByRole('columnheader', { name: 'Last seen' })).toHaveAttribute('aria-sort', 'descending');
    await page.getByRole('button', { name: 'Severity' }).click();
    await expect(page.getByRole('columnheader', { name: 'Severity' })).toHaveAttribute('aria-sort', 'descending');
    await expect.poll(async () => (await titles(page))[0]).toBe('SSH brute force followed by a successful login');
  });

  test('pages forth and back without losing or doubling a finding', async ({ page, signIn, service }) => {
    for (let n = 0; n < 60; n += 1) {
      service
        .findings()
        .findings.push(makeFinding({ findingId: `f-many-${n}`, title: `Finding number ${n}`, groupKey: `many-${n}` }));
    }
    await signIn('viewer');
    await open(page, 'findings?text=number');
    await expect(page.getByText('Page 1')).toBeVisible();
    await expect.poll(async () => (await titles(page)).length).toBe(50);
    const first = await titles(page);
    await page.getByRole('button', { name: 'Next' }).click();
    await expect.poll(async () => (await titles(page)).length).toBe(10);
    const second = await titles(page);
    expect(new Set([...first, ...second]).size).toBe(60);
    await expect(page.getByRole('button', { name: 'Next' })).toBeDisabled();
    await page.getByRole('button', { name: 'Previous' }).click();
    await expect.poll(async () => titles(page)).toEqual(first);
  });

  test('tells an empty answer from an empty store', async ({ page, signIn }) => {
    await signIn('viewer');
    await open(page, 'findings?text=nothing-has-this');
    await expect(page.getByTestId(testIds.empty)).toContainText('No findings match these filters');
    await page.getByRole('button', { name: 'Show every state, with scenario runs' }).click();
    await expect(page.getByTestId(ids.table).locator('tbody tr')).toHaveCount(6);
  });
});

test.describe('one finding', () => {
  test('says why it fired, with the query and the very lines, and hostile text stays text', async ({
    page,
    signIn,
    problems,
  }) => {
    await signIn('viewer');
    await open(page, 'findings/f-brute');
    await expect(detail(page)).toContainText('42 failed SSH logins from 203.0.113.7 in 29 minutes.');
    await expect(detail(page)).toContainText('T1110.001 Brute Force: Password Guessing');
    await expect(detail(page)).toContainText('A forgotten monitoring check');
    await expect(page.getByTestId(ids.query)).toContainText('{src_ip:String}');
    const lines = page.getByTestId(ids.evidence);
    await expect(lines).toContainText('<img src=x onerror="window.hacked=1">');
    await expect(lines).toContainText('<script>window.hacked=1</script> [link](javascript:window.hacked=1)');
    await expect(lines.locator('img, script, a')).toHaveCount(0);
    await lines.getByRole('button', { name: 'Show fields' }).first().click();
    await expect(lines).toContainText('source.ip');
    await expect(page.getByText('Chain intact')).toBeVisible();
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(problems).toEqual([]);
  });

  test('is acknowledged, commented, resolved as a true positive, and reopened; the history tells it', async ({
    page,
    signIn,
    service,
  }) => {
    await signIn('editor');
    await open(page, 'findings/f-brute');
    const button = (name: string) => detail(page).getByRole('button', { name, exact: true });
    await button('Acknowledge').click();
    await expect(outcomes(page)).toContainText('1 finding changed');
    await expect(button('Acknowledge')).toHaveCount(0);
    await button('Comment …').click();
    await page.getByRole('dialog').getByLabel('Comment').fill('Blocked at the firewall.');
    await page.getByRole('dialog').getByRole('button', { name: 'Comment' }).click();
    await expect(page.getByTestId(ids.history)).toContainText('Blocked at the firewall.');
    await button('Resolve …').click();
    await page.getByRole('dialog').getByLabel('True positive').check({ force: true });
    await page.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click();
    await expect(page.getByTestId(ids.history)).toContainText('resolved it: true positive');
    await button('Reopen').click();
    await expect(page.getByTestId(ids.history).getByRole('listitem')).toHaveCount(4);
    await expect(page.getByTestId(ids.history)).toContainText('editor reopened it');
    expect(service.findings().findings.find(({ findingId }) => findingId === 'f-brute')).toMatchObject({
      version: 4,
      state: 'new',
    });
  });

  test('that somebody else changed first is shown as it stands, and not overwritten', async ({
    page,
    signIn,
    service,
  }) => {
    await signIn('editor');
    await open(page, 'findings/f-brute');
    await expect(detail(page).getByRole('button', { name: 'Acknowledge', exact: true })).toBeEnabled();
    service.findings().apply('f-brute', 0, { kind: 'assign', assignee: 'anna' }, 'anna');
    service.findings().apply('f-brute', 1, { kind: 'investigate' }, 'anna');
    await detail(page).getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await expect(outcomes(page)).toContainText('Somebody else was first: nothing was overwritten');
    await expect(outcomes(page)).toContainText('is now investigating, assigned to anna');
    await expect(page.getByText('Assigned to anna', { exact: true })).toBeVisible();
    expect(service.findings().findings.find(({ findingId }) => findingId === 'f-brute')).toMatchObject({
      version: 2,
      state: 'investigating',
    });
  });

  test('that does not exist says so', async ({ page, signIn }) => {
    await signIn('viewer');
    await open(page, 'findings/f-nowhere');
    await expect(detail(page).getByTestId(testIds.problem)).toContainText('This does not exist');
  });
});

test.describe('many at once', () => {
  test('each gets its own answer: done, conflict, refused', async ({ page, signIn, service }) => {
    await signIn('editor');
    await open(page, 'findings');
    for (const id of ['f-brute', 'f-scan', 'f-sudo']) await row(page, id).getByRole('checkbox').check({ force: true });
    await expect(page.getByTestId(ids.bulkBar)).toContainText('3 selected');
    service.findings().apply('f-scan', 0, { kind: 'comment', comment: 'mine' }, 'anna');
    await page.getByTestId(ids.bulkBar).getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await expect(outcomes(page)).toContainText('1 finding changed');
    await expect(outcomes(page)).toContainText('“Port scan of one host” is now new');
    await expect(outcomes(page)).toContainText('acknowledge is possible from new; this finding is acknowledged');
    await expect(page.getByTestId(ids.bulkBar)).toHaveCount(0);
    await expect(row(page, 'f-brute')).toContainText('Acknowledged');
  });

  test('a group is acknowledged together', async ({ page, signIn, service }) => {
    const base = { ruleId: 'rule-scan', groupKey: 'key-3', title: 'Port scan of one host' };
    service.findings().findings.push(makeFinding({ findingId: 'f-scan-2', ...base }));
    await signIn('editor');
    await open(page, 'findings/f-scan');
    await detail(page).getByRole('button', { name: 'Acknowledge group' }).click();
    await expect(outcomes(page)).toContainText('2 findings changed');
  });
});
