import { makeFinding } from './handlers/data.ts';
import { expect, open, test } from './fixtures.ts';
import { testIds } from './test-ids.ts';

const late = () =>
  makeFinding({
    findingId: 'f-late',
    title: 'Brand new finding',
    groupKey: 'late',
    lastSeen: new Date().toISOString(),
  });
const hint = { findingId: 'f-late', revision: 1 };

test('a finding that is hinted at appears in the list within two seconds', async ({ page, signIn, service }) => {
  await signIn('viewer');
  await open(page, 'findings');
  await expect(page.getByTestId(testIds.liveState)).toHaveText('Live');
  service.findings().findings.push(late());
  service.hint(hint);
  await expect(page.getByText('Brand new finding')).toBeVisible({ timeout: 2000 });
});

test('an open finding follows what somebody else does to it', async ({ page, signIn, service }) => {
  await signIn('viewer');
  await open(page, 'findings/f-brute');
  await expect(page.getByText('Nobody assigned')).toBeVisible();
  service.findings().apply('f-brute', 0, { kind: 'assign', assignee: 'anna' }, 'anna');
  service.hint({ findingId: 'f-brute', revision: 1 });
  await expect(page.getByText('Assigned to anna')).toBeVisible({ timeout: 2000 });
  await expect(page.getByTestId(testIds.findings.history)).toContainText('assigned it to anna');
});

test('two tabs share one connection, and both hear', async ({ page, context, signIn, service }) => {
  await signIn('viewer');
  await open(page, 'findings');
  await expect(page.getByTestId(testIds.liveState)).toHaveText('Live');
  const second = await context.newPage();
  await open(second, 'findings');
  await expect(second.getByTestId(testIds.liveState)).toHaveText('Live');
  expect(service.streams()).toBe(1);
  service.findings().findings.push(late());
  service.hint(hint);
  await expect(second.getByText('Brand new finding')).toBeVisible({ timeout: 3000 });
  await page.close();
  await expect.poll(() => service.streams()).toBe(1);
  await expect(second.getByTestId(testIds.liveState)).toHaveText('Live');
});

test('without a stream the page polls, and says so', async ({ page, signIn, service }) => {
  service.refuseStreams();
  await signIn('viewer');
  await open(page, 'findings');
  await expect(page.getByTestId(testIds.liveState)).toHaveText('Every 5 s');
  service.findings().findings.push(late());
  await expect(page.getByText('Brand new finding')).toBeVisible({ timeout: 8000 });
});

test('a stream that is cut comes back by itself', async ({ page, signIn, service }) => {
  await signIn('viewer');
  await open(page, 'findings');
  await expect(page.getByTestId(testIds.liveState)).toHaveText('Live');
  service.cutStreams();
  await expect.poll(() => service.streams(), { intervals: [10] }).toBe(0);
  await expect.poll(() => service.streams(), { timeout: 4000 }).toBe(1);
  await expect(page.getByTestId(testIds.liveState)).toHaveText('Live');
  service.findings().findings.push(late());
  service.hint(hint);
  await expect(page.getByText('Brand new finding')).toBeVisible({ timeout: 3000 });
});
