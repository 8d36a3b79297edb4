import path from 'node:path';
import { appRoot, expect, open, test } from './fixtures.ts';

const folder = path.resolve(import.meta.dirname, '../../docs/screenshots');

/** Each page, and something that shows it is complete. */
const pages = [
  { name: 'overview', place: 'overview', wait: 'Top rules' },
  { name: 'findings', place: 'findings?runs=include', wait: 'Port scan of one host' },
  { name: 'finding', place: 'findings/f-brute', wait: 'Chain intact' },
  { name: 'scenarios', place: 'scenarios', wait: 'Port scan, then a connection' },
  { name: 'scenario-run', place: 'scenarios/runs/run-finished', wait: 'Repeated sudo failures' },
  { name: 'configuration', place: '../../plugins/loglake-siem-app', wait: 'LOGLAKE_SYSLOG_PORT' },
  { name: 'panel', place: '../../preview/panels/loglake-findingstimeline-panel', wait: 'Without a query' },
] as const;

for (const theme of ['dark', 'light'] as const) {
  for (const { name, place, wait } of pages) {
    test(`${name} in the ${theme} theme`, async ({ page, context, preview, signIn }) => {
      await signIn('admin');
      await context.addCookies([{ name: 'loglake_preview_theme', value: theme, url: preview.url }]);
      await page.goto(new URL(place, `${preview.url}${appRoot}/`).toString());
      await expect(page.getByText(wait).first()).toBeVisible();
      await page.waitForTimeout(700);
      await page.screenshot({ path: path.join(folder, `${name}-${theme}.png`), fullPage: name !== 'finding' });
    });
  }
}

test.describe('without data', () => {
  test.use({ mode: 'empty' });
  test('the empty overview', async ({ page, signIn }) => {
    await signIn('admin');
    await open(page, 'overview');
    await expect(page.getByText('No findings in the last')).toBeVisible();
    await page.waitForTimeout(700);
    await page.screenshot({ path: path.join(folder, 'overview-empty-dark.png'), fullPage: true });
  });
});
