import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'rules/README.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
];

/** Targets of links and pictures that lie in the repository. */
function localLinks(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^(https?:|#|mailto:)/.test(target))
    .map((target) => target.split('#')[0] ?? '');
}

describe('the documentation', () => {
  it.each(pages)('%s links to what is there', (page) => {
    const text = readFileSync(path.join(root, page), 'utf8');
    const broken = localLinks(text).filter((target) => !existsSync(path.join(root, path.dirname(page), target)));
    expect(broken).toEqual([]);
  });

  it('is reached from the README: every reference page and how-to', () => {
    const reachable = new Set<string>();
    const visit = (page: string): void => {
      if (reachable.has(page) || !page.endsWith('.md') || !existsSync(path.join(root, page))) return;
      reachable.add(page);
      for (const target of localLinks(readFileSync(path.join(root, page), 'utf8'))) {
        visit(path.normalize(path.join(path.dirname(page), target)));
      }
    };
    visit('README.md');
    const unreached = pages.filter((page) => /docs\/(reference|how-to)\//.test(page) && !reachable.has(page));
    expect(unreached).toEqual([]);
  });

  it('names no npm script that is not there', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object };
    const named = pages.flatMap((page) => [
      ...readFileSync(path.join(root, page), 'utf8').matchAll(/npm run ([\w:-]+)(.*)/g),
    ]);
    expect(named.length).toBeGreaterThan(0);
    // `-w plugin` names a script of that workspace.
    const ours = named
      .filter((match) => !(match[2] ?? '').trimStart().startsWith('-w '))
      .map((match) => match[1] ?? '');
    expect(ours.filter((name) => !(name in scripts))).toEqual([]);
  });
});
