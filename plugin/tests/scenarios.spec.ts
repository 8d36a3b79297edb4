import type { Page } from '@playwright/test';
import type { ScenarioSummary } from '@loglake/contract/scenario';
import { testIds } from './test-ids.ts';
import { scenarios } from './handlers/data.ts';
import { expect, open, test } from './fixtures.ts';

const ids = testIds.scenarios;
const hostile = '<img src=x onerror="window.hacked=1"> [a](javascript:window.hacked=1) ${7*7}';
const hacked = (page: Page) => page.evaluate(() => 'hacked' in window);
const card = (page: Page, title: string) => page.getByTestId(ids.card).filter({ hasText: title });
const runRow = (page: Page, runId: string) => page.locator(`[data-run="${runId}"]`);

/** The playbooks that the service answers with, instead of the stub's. */
async function answerScenarios(page: Page, list: ScenarioSummary[]): Promise<void> {
  await page.route('**/api/v1/scenarios', (route) => route.fulfill({ json: { scenarios: list } }));
}

test.describe('the list', () => {
  test('shows what a playbook does, sends and must raise', async ({ page, signIn, problems }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    const ssh = card(page, 'SSH brute force that ends in a login');
    await expect(ssh.getByText('T1110.001 Brute Force: Password Guessing')).toBeVisible();
    await expect(ssh.getByText('40 log lines over 2 min at 1×')).toBeVisible();
    // A known rule by its title, an unknown one by its id.
    await expect(ssh.getByText('SSH brute force from one address')).toBeVisible();
    await expect(ssh.getByText('rule-success')).toBeVisible();
    expect(problems).toEqual([]);
  });

  test('plays with the chosen speed and seed, and opens the run', async ({ page, signIn, service }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    const ssh = card(page, 'SSH brute force');
    await ssh.getByRole('button', { name: '50×' }).click();
    await expect(ssh.getByText('Takes 2.4 s')).toBeVisible();
    await ssh.getByLabel('Seed').fill('7');
    await ssh.getByRole('button', { name: 'Play scenario' }).click();
    await expect(page).toHaveURL(/\/scenarios\/runs\/run-2$/);
    await expect(page.getByTestId(ids.run)).toContainText('Seed7');
    await expect(page.getByTestId(ids.run)).toContainText('Speed50×');
    expect(service.requests()).toContain('POST /api/v1/scenarios/ssh-brute-force/runs');
  });

  test('plays by keyboard alone', async ({ page, signIn }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    await card(page, 'SSH brute force').getByLabel('Speed').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('2.5');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect(card(page, 'SSH brute force').getByLabel('Seed')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByTestId(ids.run)).toContainText('Speed2.5×');
  });

  test('sends nothing for a speed or a seed that the service would refuse', async ({ page, signIn, service }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    const ssh = card(page, 'SSH brute force');
    await ssh.getByLabel('Speed').fill('101');
    await ssh.getByLabel('Seed').fill('1.5');
    await expect(ssh.getByText('A number from 0.1 to 100')).toBeVisible();
    await expect(ssh.getByText('A whole number from 0 to 2147483648')).toBeVisible();
    await expect(ssh.getByRole('button', { name: 'Play scenario' })).toBeDisabled();
    await ssh.getByLabel('Speed').press('Enter');
    expect(service.requests().filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  test('a viewer sees all and plays nothing, and is told why', async ({ page, signIn, service }) => {
    await signIn('viewer');
    await open(page, 'scenarios');
    const ssh = card(page, 'SSH brute force');
    await expect(ssh.getByText('Needs the Editor role')).toBeVisible();
    await expect(ssh.getByRole('button', { name: 'Play scenario' })).toHaveAttribute('aria-disabled', 'true');
    await ssh.getByRole('button', { name: 'Play scenario' }).click({ force: true });
    await expect(runRow(page, 'run-finished').getByRole('button', { name: /Remove/ })).toHaveAttribute(
      'aria-disabled',
      'true'
    );
    expect(service.requests().filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  test('a refusal by the service is said as such', async ({ page, signIn, service }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    await expect(card(page, 'SSH brute force')).toBeVisible();
    service.setMode('refused');
    await card(page, 'SSH brute force').getByRole('button', { name: 'Play scenario' }).click();
    await expect(page.getByTestId(testIds.problem).first()).toContainText('You may not do this');
    await expect(page).toHaveURL(/\/scenarios$/);
  });

  test('a broken playbook tells every place, and cannot be played', async ({ page, signIn }) => {
    const broken: ScenarioSummary = {
      id: 'broken.yml',
      title: 'broken.yml',
      description: '',
      tags: [],
      path: 'broken.yml',
      events: 0,
      durationMs: 0,
      expectedRules: [],
      issues: [
        {
          code: 'scenario.invalid_type',
          message: 'steps.3.line: expected string',
          path: 'broken.yml',
          line: 12,
          column: 11,
        },
        { code: 'scenario.unrecognized_keys', message: hostile, path: 'broken.yml', line: 30 },
      ],
    };
    await answerScenarios(page, [...scenarios, broken]);
    await signIn('editor');
    await open(page, 'scenarios');
    const shown = card(page, 'broken.yml');
    await expect(shown).toContainText('broken.yml, line 12, column 11: steps.3.line: expected string');
    await expect(shown).toContainText('broken.yml, line 30: <img src=x');
    await expect(shown.getByRole('button', { name: 'Play scenario' })).toHaveCount(0);
    await expect(card(page, 'SSH brute force').getByRole('button', { name: 'Play scenario' })).toBeEnabled();
  });

  test('hostile text stays text', async ({ page, signIn, service, problems }) => {
    const [first] = scenarios;
    if (first === undefined) throw new Error('the stub has no scenario');
    await answerScenarios(page, [
      { ...first, title: hostile, description: hostile, tags: [hostile], expectedRules: [hostile] },
    ]);
    service.changeRun('run-finished', { title: hostile, startedBy: hostile, error: hostile });
    await signIn('admin');
    await open(page, 'scenarios');
    await expect(page.getByRole('heading', { name: hostile })).toBeVisible();
    await expect(runRow(page, 'run-finished')).toContainText(hostile);
    expect(await hacked(page)).toBe(false);
    expect(problems).toEqual([]);
  });
});

test.describe('earlier runs', () => {
  test('lead to their verdict and to their findings', async ({ page, signIn }) => {
    await signIn('viewer');
    await open(page, 'scenarios');
    const row = runRow(page, 'run-finished');
    await expect(row.getByTestId(ids.runState)).toHaveText('Failed');
    await expect(row).toContainText('1 of 2 expected findings fired in time. 1 unexpected finding.');
    await row.getByRole('link', { name: 'Findings of this run' }).click();
    await expect(page).toHaveURL(/\/findings\?state=all&runId=run-finished$/);
    await expect(page.locator('[data-finding="f-run"]')).toBeVisible();
    await expect(page.locator('[data-finding="f-brute"]')).toHaveCount(0);
  });

  test('an administrator removes one, is asked first, and is told how much went', async ({ page, signIn, service }) => {
    await signIn('admin');
    await open(page, 'scenarios');
    const remove = runRow(page, 'run-finished').getByRole('button', { name: /Remove/ });
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(service.requests().filter((request) => request.startsWith('DELETE'))).toEqual([]);
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByTestId(ids.removal)).toContainText('Removed 40 raw rows, 40 events and 3 findings.');
    await expect(runRow(page, 'run-finished').getByTestId(ids.runState)).toHaveText('Removed');
    await expect(runRow(page, 'run-finished').getByRole('button', { name: /Remove/ })).toHaveCount(0);
  });

  test('an editor may not remove one', async ({ page, signIn }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    const remove = runRow(page, 'run-finished').getByRole('button', { name: /Remove/ });
    await expect(remove).toHaveAttribute('aria-disabled', 'true');
    await remove.focus();
    await expect(page.getByRole('tooltip')).toHaveText('Needs the Admin role');
  });
});

test.describe('without data', () => {
  test.use({ mode: 'empty' });
  test('says where playbooks come from, and that nothing was played', async ({ page, signIn }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    await expect(page.getByTestId(testIds.empty)).toContainText('There are no playbooks');
    await expect(page.getByText('Nothing was played yet.')).toBeVisible();
  });
});

test.describe('without a store', () => {
  test.use({ mode: 'error' });
  test('says so, and comes back on "Try again"', async ({ page, signIn, service }) => {
    await signIn('editor');
    await open(page, 'scenarios');
    await expect(page.getByTestId(testIds.problem).first()).toContainText(
      'ClickHouse does not answer. (store.unavailable)'
    );
    service.setMode('data');
    await page.getByTestId(testIds.problem).first().getByRole('button', { name: 'Try again' }).click();
    await expect(card(page, 'SSH brute force')).toBeVisible();
  });
});

test.describe('refused', () => {
  test.use({ mode: 'refused' });
  test('says whom to ask', async ({ page, signIn }) => {
    await signIn('viewer');
    await open(page, 'scenarios');
    await expect(page.getByTestId(testIds.problem).first()).toContainText('Ask an administrator');
  });
});

test.describe('a slow service', () => {
  test.use({ mode: 'slow' });
  test('shows that it is loading', async ({ page, signIn }) => {
    await signIn('viewer');
    await open(page, 'scenarios');
    await expect(page.getByText('Loading playbooks …')).toBeVisible();
  });
});
