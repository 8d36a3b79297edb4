import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { testIds } from '../test-ids.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'loglake-e2e-'));
let started: ChildProcess;
let url = '';
let service = '';

/** Exactly what `npm start` runs, on free ports and data of its own. The last address it prints is the page. */
test.beforeAll(async () => {
  test.setTimeout(300_000);
  started = spawn(process.execPath, [path.join(root, 'scripts/start.mjs')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LOGLAKE_DATA_DIR: dataDir,
      LOGLAKE_PORT: '0',
      LOGLAKE_SYSLOG_PORT: '0',
      LOGLAKE_PREVIEW_PORT: '0',
      LOGLAKE_LOG_LEVEL: 'warn',
    },
  });
  url = await new Promise<string>((resolve, reject) => {
    let said = '';
    started.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const last = /Open this in a browser:\s+(http:\/\/\S+)\s*$/.exec(said)?.[1];
      service = /Service\s+(http:\/\/\S+)/.exec(said)?.[1] ?? '';
      if (last !== undefined) resolve(last);
    });
    started.once('exit', () => reject(new Error(`npm start ended: ${said}`)));
  });
});

test.afterAll(async () => {
  const ended = new Promise((resolve) => started.once('exit', resolve));
  started.kill('SIGTERM');
  await ended;
  rmSync(dataDir, { recursive: true, force: true });
});

test('the main job: play an attack, watch findings arrive, see why, triage one, read the verdict', async ({ page }) => {
  test.setTimeout(240_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));

  await test.step('the Overview says honestly that there is nothing yet', async () => {
    await page.goto(url);
    await expect(page.getByText(/No findings in the last/)).toBeVisible();
    await expect(page.getByTestId(testIds.overview.health)).toContainText(/heartbeat/i);
  });

  await test.step('an SSH brute force is played at 50x, and its verdict passes', async () => {
    await page.getByRole('link', { name: 'Scenarios' }).click();
    const form = page.getByRole('form', { name: 'Play SSH brute force that ends in a login' });
    await form.getByRole('spinbutton').first().fill('50');
    await form.getByRole('button', { name: 'Play scenario' }).click();
    await expect(page.getByTestId(testIds.scenarios.verdict)).toContainText('4 of 4 expected findings fired in time.', {
      timeout: 90_000,
    });
  });

  await test.step('its findings stand on the Findings page, once scenario runs are shown', async () => {
    await page.getByRole('link', { name: 'Findings', exact: true }).first().click();
    await expect(page.getByText('SSH brute force followed by a login')).toHaveCount(0);
    await page.getByRole('switch', { name: 'Show scenario runs' }).click({ force: true });
    await expect(page.getByTestId(testIds.findings.table)).toContainText('SSH brute force followed by a login');
  });

  const detail = page.getByTestId(testIds.findings.detail);
  await test.step('one opens: why it fired, the query, the very log line', async () => {
    await page.getByRole('link', { name: 'SSH brute force followed by a login' }).first().click();
    await expect(detail).toContainText('The pattern of this rule matched');
    await expect(page.getByTestId(testIds.findings.evidence)).toContainText(
      'Accepted password for deploy from 198.51.100.23'
    );
    await expect(page.getByTestId(testIds.findings.query)).toContainText('SELECT');
    // The README's picture: LOGLAKE_SCREENSHOTS=1 npx playwright test --project=e2e
    if (process.env['LOGLAKE_SCREENSHOTS'] !== undefined) {
      await page.screenshot({ path: path.join(root, 'docs/screenshots/main-job.png') });
    }
  });

  await test.step('it is acknowledged, commented and closed as a true positive, by name', async () => {
    await detail.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    const history = page.getByTestId(testIds.findings.history);
    await expect(history).toContainText(/acknowledged/i);
    await detail.getByRole('button', { name: /^Comment/ }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Comment' }).last().fill('Ours: a drill.');
    await page.getByRole('dialog').getByRole('button', { name: 'Comment', exact: true }).last().click();
    await expect(history).toContainText('Ours: a drill.');
    await detail.getByRole('button', { name: /^Resolve/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resolve', exact: true }).last().click();
    await expect(history).toContainText(/true positive/i);
    await expect(history).toContainText('editor');
  });
  expect(problems).toEqual([]);
});

test('a real log line posted over HTTP becomes a finding on the open page within seconds', async ({
  page,
  request,
}) => {
  await page.goto(`${url.replace(/\/$/, '')}/a/loglake-siem-app/findings`);
  await expect(page.getByTestId(testIds.findings.page)).toBeVisible();
  const token = readFileSync(path.join(dataDir, 'secrets', 'token-ingest'), 'utf8').trim();
  const line = `<86>1 ${new Date().toISOString()} web7 sshd 1 - - Accepted password for root from 192.0.2.61 port 4000 ssh2\n`;
  const answer = await request.post(`${service}/v1/ingest/logs`, {
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' },
    data: line,
  });
  expect(answer.status()).toBe(202);
  await expect(page.getByText('Direct root login over SSH').first()).toBeVisible({ timeout: 15_000 });
});
