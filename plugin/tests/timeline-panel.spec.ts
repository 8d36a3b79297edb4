import { expect, test } from './fixtures.ts';
import { testIds } from './test-ids.ts';

const place = '/preview/panels/loglake-findingstimeline-panel';

test('the panel says its numbers in words, and arrow keys go from bar to bar', async ({ page, signIn, problems }) => {
  await signIn('viewer');
  await page.goto(place);
  const fromQuery = page.getByTestId(testIds.timeline).nth(1);
  await expect(fromQuery).toHaveAccessibleName('15 findings: 7 high, 8 low. Arrow keys go from bar to bar.');
  await fromQuery.focus();
  await page.keyboard.press('ArrowRight');
  await expect(fromQuery.getByRole('status')).toContainText('High 1');
  await page.keyboard.press('End');
  await expect(fromQuery.getByRole('status')).toContainText('Low 5');
  await page.keyboard.press('Escape');
  await expect(fromQuery.getByRole('status')).toHaveCount(0);
  expect(problems).toEqual([]);
});

test.describe('without data', () => {
  test.use({ mode: 'empty' });
  test('the panel says that there are no findings', async ({ page, signIn }) => {
    await signIn('viewer');
    await page.goto(place);
    await expect(page.getByText('No findings in this period.')).toHaveCount(1);
  });
});

test.describe('refused', () => {
  test.use({ mode: 'refused' });
  test('the panel says whom to ask', async ({ page, signIn }) => {
    await signIn('viewer');
    await page.goto(place);
    await expect(page.getByTestId(testIds.problem)).toContainText('Ask an administrator');
  });
});
