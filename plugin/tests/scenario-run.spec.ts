import { testIds } from './test-ids.ts';
import { expect, open, test } from './fixtures.ts';
import { finishedRun } from './handlers/data.ts';

const ids = testIds.scenarios;

test('is followed while it plays, then shows its verdict and is not asked for any more', async ({
  page,
  signIn,
  service,
}) => {
  service.changeRun('run-finished', { state: 'playing', verdict: null, finishedAt: null, sent: 10, findings: 0 });
  await signIn('editor');
  await open(page, 'scenarios/runs/run-finished');
  await expect(page.getByRole('progressbar', { name: 'Lines sent' })).toHaveAttribute('aria-valuenow', '25');
  service.changeRun('run-finished', { sent: 40, state: 'settling', findings: 1 });
  await expect(page.getByTestId(ids.runState)).toHaveText('Waiting for findings');
  await expect(page.getByRole('link', { name: '1 finding of this run' })).toBeVisible();
  service.changeRun('run-finished', {
    state: 'finished',
    finishedAt: finishedRun.finishedAt,
    verdict: finishedRun.verdict,
  });
  await expect(page.getByTestId(ids.verdict)).toContainText('Failed');
  await page.waitForTimeout(1500);
  const asked = service.requests().length;
  await page.waitForTimeout(2500);
  expect(service.requests().length).toBe(asked);
});

test('is not asked for while the page is hidden, and again once it is shown', async ({ page, signIn, service }) => {
  service.changeRun('run-finished', { state: 'playing', verdict: null, finishedAt: null });
  await signIn('viewer');
  await open(page, 'scenarios/runs/run-finished');
  await expect(page.getByTestId(ids.runState)).toHaveText('Playing');
  const show = (state: 'hidden' | 'visible') =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  const asked = () => service.requests().filter((request) => request.endsWith('/scenario-runs/run-finished')).length;
  await show('hidden');
  await page.waitForTimeout(500);
  const before = asked();
  await page.waitForTimeout(2500);
  expect(asked()).toBe(before);
  await show('visible');
  await expect.poll(asked).toBeGreaterThan(before);
});

test('pauses, changes speed, goes on, stops', async ({ page, signIn, service }) => {
  service.changeRun('run-finished', { state: 'playing', verdict: null, finishedAt: null });
  await signIn('editor');
  await open(page, 'scenarios/runs/run-finished');
  const state = page.getByTestId(ids.runState);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(state).toHaveText('Paused');
  await page.getByRole('button', { name: '50×' }).click();
  await page.getByRole('button', { name: 'Go on at 50×' }).click();
  await expect(page.getByTestId(ids.run)).toContainText('Speed50×');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(state).toHaveText('Playing');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(state).toHaveText('Stopped');
  await expect(page.getByText('stopped before its end')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pause' })).toHaveCount(0);
});

test('a viewer may follow it but not touch it', async ({ page, signIn, service }) => {
  service.changeRun('run-finished', { state: 'playing', verdict: null, finishedAt: null });
  await signIn('viewer');
  await open(page, 'scenarios/runs/run-finished');
  for (const name of ['Pause', 'Stop', 'Change speed']) {
    await expect(page.getByRole('button', { name })).toHaveAttribute('aria-disabled', 'true');
  }
  await page.getByRole('button', { name: 'Pause' }).click({ force: true });
  await expect(page.getByTestId(ids.runState)).toHaveText('Playing');
  expect(service.requests().filter((request) => request.startsWith('POST'))).toEqual([]);
});

test('its verdict names each expected finding, its time and its bound, and links to it', async ({
  page,
  signIn,
  problems,
}) => {
  await signIn('viewer');
  await open(page, 'scenarios/runs/run-finished');
  const table = page.getByRole('table', { name: 'Expected findings' });
  const fired = table.getByRole('row', { name: /SSH brute force from one address/ });
  await expect(fired).toContainText('1.2 s');
  await expect(fired).toContainText('Yes, within 30 s');
  const missed = table.getByRole('row', { name: /followed by a successful login/ });
  await expect(missed).toContainText('Not within 30 s');
  await expect(missed.getByRole('link')).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Unexpected findings' })).toContainText('Repeated sudo failures');
  await expect(fired.getByRole('link')).toHaveAttribute(
    'href',
    /\/a\/loglake-siem-app\/findings\/f-run\?state=all&runId=run-finished$/
  );
  expect(problems).toEqual([]);
});

test('one that passed says so at a glance', async ({ page, signIn, service }) => {
  const { verdict } = finishedRun;
  if (verdict === null) throw new Error('the stub has no verdict');
  const expected = verdict.expected.slice(0, 1);
  service.changeRun('run-finished', { verdict: { passed: true, expected, unexpected: [] } });
  await signIn('viewer');
  await open(page, 'scenarios/runs/run-finished');
  await expect(page.getByTestId(ids.verdict)).toContainText('Passed');
  await expect(page.getByTestId(ids.verdict)).toContainText('1 of 1 expected finding fired in time.');
  await expect(page.getByTestId(ids.runState)).toHaveText('Passed');
});

test('one that does not exist is said to be missing', async ({ page, signIn }) => {
  await signIn('viewer');
  await open(page, 'scenarios/runs/nobody');
  await expect(page.getByTestId(testIds.problem)).toContainText('This does not exist (any more)');
});
