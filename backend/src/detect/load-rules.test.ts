import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRules } from './load-rules.ts';
import { defaultPipeline } from './pipeline/default-pipeline.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'loglake-rules-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(file: string, text: string): void {
  const target = path.join(directory, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

const rule = (number: number, name: string, condition = 'selection'): string => `
title: Rule ${number}
id: 8f1c0001-5a1e-4c0a-9d01-00000000000${number}
name: ${name}
logsource: { product: linux }
detection:
  selection: { action: a }
  condition: ${condition}
level: low
`;

describe('loadRules', () => {
  it('reads every rule below the directory as one set, references across files included', async () => {
    write('b/rule.yml', rule(1, 'one'));
    write(
      'a/rule.yml',
      `
title: Burst
id: 8f1c0001-5a1e-4c0a-9d01-000000000009
correlation: { type: event_count, rules: [one], group-by: [host], timespan: 5m, condition: { gte: 2 } }
level: high
`
    );
    write('a/cases/no-rule.yml', 'not a rule');
    write('a/match.log', 'neither');
    const { rules, issues } = await loadRules(directory, defaultPipeline);
    expect(issues).toEqual([]);
    expect(rules.map(({ kind, meta }) => [kind, meta.path])).toEqual([
      ['correlation', 'a/rule.yml'],
      ['single', 'b/rule.yml'],
    ]);
  });

  it('reports broken files with all their issues, and loads the others', async () => {
    write('good.yml', rule(1, 'one'));
    write('bad.yml', rule(2, 'two', 'nothing and'));
    write('worse.yml', ': [');
    const { rules, issues } = await loadRules(directory, defaultPipeline);
    expect(rules.map(({ meta }) => meta.path)).toEqual(['good.yml']);
    expect(new Set(issues.map((issue) => issue.path))).toEqual(new Set(['bad.yml', 'worse.yml']));
    for (const issue of issues) expect(issue.line).toBeGreaterThan(0);
  });

  it('keeps the first of two rules with one id, and says so', async () => {
    write('a.yml', rule(1, 'one'));
    write('b.yml', rule(1, 'other'));
    const { rules, issues } = await loadRules(directory, defaultPipeline);
    expect(rules.map(({ meta }) => meta.path)).toEqual(['a.yml']);
    expect(issues.map(({ path: file }) => file)).toEqual(['b.yml']);
  });

  it('says so when there is no such directory, and is content with an empty one', async () => {
    expect(await loadRules(directory, defaultPipeline)).toEqual({ rules: [], issues: [], warnings: [] });
    const { rules, issues } = await loadRules(path.join(directory, 'missing'), defaultPipeline);
    expect(rules).toEqual([]);
    expect(issues).toMatchObject([{ code: 'rule.unreadable' }]);
  });
});
