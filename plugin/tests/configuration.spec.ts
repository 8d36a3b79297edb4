import type { Page } from '@playwright/test';
import { testIds } from './test-ids.ts';
import { expect, test } from './fixtures.ts';
import { stubTokens } from './handlers/stub-service.ts';

const ids = testIds.configuration;
const place = '/plugins/loglake-siem-app';
const settingsPath = '/api/plugins/loglake-siem-app/settings';
const testConnection = (page: Page) => page.getByRole('button', { name: 'Test connection' }).click();

/** The preview keeps its settings for all tests of a worker: put back what they began with. */
test.afterEach(async ({ page, preview, service, signIn }) => {
  await signIn('admin');
  const { reader, triager, admin } = stubTokens;
  const response = await page.request.post(settingsPath, {
    headers: { origin: preview.url },
    data: {
      jsonData: { serviceUrl: service.url },
      secureJsonData: { readerToken: reader, triagerToken: triager, adminToken: admin },
    },
  });
  expect(response.ok()).toBe(true);
});

test('shows where the service is, that the tokens are set, and never the tokens', async ({
  page,
  signIn,
  service,
  problems,
}) => {
  await signIn('admin');
  await page.goto(place);
  await expect(page.getByLabel('Service URL')).toHaveValue(service.url);
  for (const name of ['Reader token', 'Triager token', 'Admin token']) {
    await expect(page.getByLabel(name)).toBeDisabled();
    await expect(page.getByLabel(name)).toHaveValue('configured');
  }
  const html = await page.content();
  for (const token of Object.values(stubTokens)) expect(html).not.toContain(token);
  expect(problems).toEqual([]);
});

test('a working connection is said to work, and what the service warns of is told', async ({
  page,
  signIn,
  service,
}) => {
  await signIn('admin');
  await page.goto(place);
  await testConnection(page);
  const report = page.getByTestId(ids.test);
  await expect(report).toContainText('The connection works');
  for (const role of ['Reader', 'Triager', 'Admin']) await expect(report).toContainText(`${role} token: Accepted.`);
  await expect(report).toContainText('12 datagrams were dropped in the last hour.');
  // Nothing was changed by the test: the one write names a run that does not exist.
  expect(service.requests().filter((request) => !request.startsWith('GET'))).toEqual([
    'POST /api/v1/scenario-runs/connection-test/control',
  ]);
});

test('a new token is saved and tried at once; the others keep their value', async ({ page, signIn }) => {
  await signIn('admin');
  await page.goto(place);
  await page.getByTestId(ids.form).getByRole('button', { name: 'Reset' }).first().click();
  await page.getByLabel('Reader token').fill('not-the-token');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId(ids.saved)).toBeVisible();
  await expect(page.getByTestId(ids.test)).toContainText('The connection does not work');
  await expect(page.getByTestId(ids.test)).toContainText('Reader token: Wrong token: the service does not know it.');
  await expect(page.getByTestId(ids.test)).toContainText('Triager token: Accepted.');
  await expect(page.getByLabel('Reader token')).toHaveValue('configured');
  expect(new URL(page.url()).search).toBe('');
});

test('a token of another role is told apart from a wrong one', async ({ page, signIn }) => {
  await signIn('admin');
  await page.goto(place);
  await page.getByTestId(ids.form).getByRole('button', { name: 'Reset' }).last().click();
  await page.getByLabel('Admin token').fill(stubTokens.reader);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId(ids.test)).toContainText('Admin token: Refused: the service knows this token');
});

test('a service that is not there is said not to be reached', async ({ page, signIn }) => {
  await signIn('admin');
  await page.goto(place);
  // Port 9 (discard) of loopback: nobody listens.
  await page.getByLabel('Service URL').fill('http://127.0.0.1:9');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId(ids.test)).toContainText('Cannot reach the service.');
  await expect(page.getByLabel('Service URL')).toHaveValue('http://127.0.0.1:9');
});

test('refuses an address that is none before anything is sent', async ({ page, signIn }) => {
  await signIn('admin');
  await page.goto(place);
  for (const [url, words] of [
    ['localhost:8450', 'It must begin with http:// or https://'],
    ['nonsense', 'A URL such as'],
    ['http://user:secret@host', 'No user or password here'],
    ['http://host/?a=1', 'Without a query or fragment'],
  ] as const) {
    await page.getByLabel('Service URL').fill(url);
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  }
});

test('a refused save is said as such, and what was typed stays', async ({ page, signIn }) => {
  await signIn('admin');
  await page.goto(place);
  await page.route(`**${settingsPath}`, (route) => route.fulfill({ status: 403, json: { message: 'no permission' } }));
  await page.getByLabel('Service URL').fill('http://127.0.0.1:8451');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId(testIds.problem)).toContainText('You may not do this');
  await expect(page.getByLabel('Service URL')).toHaveValue('http://127.0.0.1:8451');
});

test('works by keyboard alone', async ({ page, signIn }) => {
  await signIn('admin');
  await page.goto(place);
  await page.getByLabel('Service URL').focus();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId(ids.form).getByRole('button', { name: 'Reset' }).first()).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByLabel('Reader token').focus();
  await page.keyboard.type(stubTokens.reader);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId(ids.saved)).toBeVisible();
  await expect(page.getByTestId(ids.test)).toContainText('The connection works');
});

test('shows the settings of the service as they are in force, hostile ones as text', async ({ page, signIn }) => {
  const value = '<img src=x onerror="window.hacked=1">';
  await page.route('**/api/v1/config', (route) =>
    route.fulfill({ json: { version: '0.1.0', settings: [{ name: 'LOGLAKE_X', value, isDefault: false }] } })
  );
  await signIn('admin');
  await page.goto(place);
  await expect(page.getByTestId(ids.settings).getByRole('row', { name: /LOGLAKE_X/ })).toContainText(value);
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});

test.describe('others than administrators', () => {
  for (const login of ['viewer', 'editor'] as const) {
    test(`a ${login} may change and read nothing here`, async ({ page, signIn, service }) => {
      await signIn(login);
      await page.goto(place);
      await expect(page.getByText('Needs the Admin role to change this')).toBeVisible();
      await expect(page.getByLabel('Service URL')).toBeDisabled();
      await expect(page.getByTestId(ids.settings)).toHaveCount(0);
      await expect(page.getByTestId(ids.test)).toHaveCount(0);
      expect(service.requests()).toEqual([]);
    });
  }
});

test.describe('without a store', () => {
  test.use({ mode: 'error' });
  test('the test tells that the service answers but its store does not', async ({ page, signIn }) => {
    await signIn('admin');
    await page.goto(place);
    await testConnection(page);
    await expect(page.getByTestId(ids.test)).toContainText('but its store fails: ClickHouse does not answer.');
    await expect(page.getByTestId(ids.settings).getByTestId(testIds.problem)).toContainText(
      'ClickHouse does not answer.'
    );
  });
});
