import { expect, open, test } from './fixtures.ts';
import { testIds } from './test-ids.ts';

const proxy = '/api/plugin-proxy/loglake-siem-app';
const action = { target: { findings: [{ findingId: 'f-brute', version: 0 }] }, action: { kind: 'acknowledge' } };

test('a viewer sees what could be done, disabled, and the proxy refuses it anyway', async ({
  page,
  signIn,
  service,
  preview,
}) => {
  await signIn('viewer');
  await open(page, 'findings/f-brute');
  const acknowledge = page
    .getByTestId(testIds.findings.detail)
    .getByRole('button', { name: 'Acknowledge', exact: true });
  await expect(acknowledge).toHaveAttribute('aria-disabled', 'true');
  await acknowledge.click({ force: true });
  const headers = { origin: preview.url };
  const refused = await page.request.post(`${proxy}/triager/api/v1/findings/actions`, { data: action, headers });
  expect(refused.status()).toBe(403);
  const throughReader = await page.request.post(`${proxy}/reader/api/v1/findings/actions`, { data: action, headers });
  expect([throughReader.status(), await throughReader.json()]).toMatchObject([403, { code: 'request.forbidden' }]);
  expect((await page.request.get(`${proxy}/admin/api/v1/config`)).status()).toBe(403);
  expect((await page.request.get(`${proxy}/elsewhere/api/v1/config`)).status()).toBe(404);
  expect(service.findings().findings[0]).toMatchObject({ findingId: 'f-brute', state: 'new', version: 0 });
});

test('an editor may triage; the service hears the name', async ({ page, signIn, service, preview }) => {
  await signIn('editor');
  await open(page, 'overview');
  const headers = { origin: preview.url };
  const answer = await page.request.post(`${proxy}/triager/api/v1/findings/actions`, { data: action, headers });
  expect(answer.status()).toBe(200);
  expect(service.findings().history('f-brute').activities[0]).toMatchObject({ actor: 'editor', kind: 'acknowledge' });
});

test('the navigation comes from plugin.json and hides what the role may not open', async ({ page, signIn }) => {
  await signIn('viewer');
  await open(page, 'overview');
  const main = page.getByRole('navigation', { name: 'Main' });
  await expect(main.getByRole('link')).toHaveText(['Overview', 'Findings', 'Scenarios', 'Findings timeline']);
  await signIn('admin');
  await page.reload();
  await expect(main.getByRole('link', { name: 'Configuration' })).toBeVisible();
});

test('user and theme are switched on the page, which says that it is no login', async ({ page, signIn, problems }) => {
  await signIn('editor');
  await open(page, 'overview');
  await expect(page.getByText('This is no production login')).toBeVisible();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect(page.getByTestId(testIds.overview.page)).toBeVisible();
  const dark = await background();
  await page.getByRole('button', { name: 'Light theme' }).click();
  await expect(page.getByRole('button', { name: 'Dark theme' })).toBeVisible();
  expect(await background()).not.toBe(dark);
  await page.getByLabel('User').click();
  await page.getByRole('option', { name: 'Viewer' }).click();
  await expect(page.getByRole('navigation').getByText('Configuration')).toHaveCount(0);
  await expect(page.getByLabel('User')).toHaveValue('Viewer');
  expect(problems).toEqual([]);
});
