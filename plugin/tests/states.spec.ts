import type { StubMode } from './handlers/stub-service.ts';
import { expect, open, test } from './fixtures.ts';
import { testIds } from './test-ids.ts';

/** Every page of the app; an administrator sees all of them. */
const pages = [
  { name: 'Overview', place: 'overview', hasEmpty: true },
  { name: 'Findings', place: 'findings', hasEmpty: true },
  { name: 'one finding', place: 'findings/f-brute', hasEmpty: false },
  { name: 'Scenarios', place: 'scenarios', hasEmpty: true },
  { name: 'one run', place: 'scenarios/runs/run-finished', hasEmpty: false },
  { name: 'Configuration', place: '/plugins/loglake-siem-app', hasEmpty: false },
] as const;

const says: Partial<Record<StubMode, string>> = {
  error: 'The rules service does not answer',
  refused: 'You may not do this',
};

for (const mode of ['error', 'refused'] as const) {
  test.describe(`when the service answers ${mode}`, () => {
    test.use({ mode });
    for (const { name, place } of pages) {
      test(`${name} says so`, async ({ page, signIn }) => {
        const failures: string[] = [];
        page.on('pageerror', (error) => failures.push(error.message));
        await signIn('admin');
        if (place.startsWith('/')) await page.goto(place);
        else await open(page, place);
        await expect(page.getByTestId(testIds.problem).first()).toContainText(says[mode] ?? '');
        await expect(page.getByTestId(testIds.loading)).toHaveCount(0);
        expect(failures).toEqual([]);
      });
    }
  });
}

test.describe('while nothing has answered yet', () => {
  test.use({ mode: 'slow' });
  for (const { name, place } of pages) {
    test(`${name} says that it is loading`, async ({ page, signIn }) => {
      await signIn('admin');
      if (place.startsWith('/')) await page.goto(place);
      else await open(page, place);
      await expect(page.getByTestId(testIds.loading).first()).toBeVisible();
      await expect(page.getByTestId(testIds.problem)).toHaveCount(0);
    });
  }
});

test.describe('before anything has happened', () => {
  test.use({ mode: 'empty' });
  for (const { name, place } of pages.filter(({ hasEmpty }) => hasEmpty)) {
    test(`${name} is honestly empty`, async ({ page, signIn, problems }) => {
      await signIn('admin');
      await open(page, place);
      await expect(page.getByTestId(testIds.empty)).toBeVisible();
      expect(problems).toEqual([]);
    });
  }
});

test('old data stays on the page when the service goes away, with a word about it, and recovers', async ({
  page,
  signIn,
  service,
}) => {
  await signIn('viewer');
  await open(page, 'findings');
  await expect(page.getByTestId(testIds.findings.table)).toBeVisible();
  service.setMode('error');
  service.hint({ findingId: 'f-brute', revision: 2 });
  await expect(page.getByTestId(testIds.problem)).toContainText('The rules service does not answer');
  await expect(page.getByTestId(testIds.findings.table)).toBeVisible();
  service.setMode('data');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId(testIds.problem)).toHaveCount(0);
});
