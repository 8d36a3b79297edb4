import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRuleSource, type RuleSource } from './rule-source.ts';

let base: string;
let rules: string;
let source: RuleSource;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'loglake-source-'));
  rules = path.join(base, 'rules');
  mkdirSync(path.join(rules, 'a'), { recursive: true });
  mkdirSync(path.join(base, 'pipelines'));
  mkdirSync(path.join(base, 'lists'));
  source = createRuleSource({
    rulesDirectory: rules,
    pipelinesDirectory: path.join(base, 'pipelines'),
    lists: path.join(base, 'lists'),
  });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const write = (file: string, text: string): void => writeFileSync(path.join(base, file), text);
const rule = (number: number, value = 'a', condition = 'selection'): string => `
title: Rule ${number}
id: 8f1c0001-5a1e-4c0a-9d01-00000000000${number}
name: rule_${number}
logsource: { product: linux }
detection:
  selection: { action: ${value} }
  condition: ${condition}
level: low
`;
const titles = (): string[] => source.current().rules.map(({ meta }) => meta.title);
const hashes = (): string[] => source.current().rules.map(({ meta }) => meta.hash);
const codes = (): string[] => source.current().issues.map(({ code }) => code);

describe('the rules directory', () => {
  it('is read again only where it changed: rules are added, changed and removed', async () => {
    write('rules/a/one.yml', rule(1));
    expect(await source.refresh()).toBe(true);
    expect(titles()).toEqual(['Rule 1']);
    expect(await source.refresh()).toBe(false);

    mkdirSync(path.join(rules, 'b'));
    write('rules/b/two.yml', rule(2));
    write('rules/a/cases.txt', 'no rule');
    expect(await source.refresh()).toBe(true);
    expect(titles()).toEqual(['Rule 1', 'Rule 2']);

    const [before] = hashes();
    write('rules/a/one.yml', rule(1, 'b'));
    expect(await source.refresh()).toBe(true);
    expect(hashes()[0]).not.toBe(before);

    rmSync(path.join(rules, 'b'), { recursive: true });
    expect(await source.refresh()).toBe(true);
    expect(titles()).toEqual(['Rule 1']);
  });

  it('sees two writes of one length in the same instant', async () => {
    write('rules/a/one.yml', rule(1, 'a'));
    await source.refresh();
    const [before] = hashes();
    write('rules/a/one.yml', rule(1, 'b'));
    await source.refresh();
    const [between] = hashes();
    write('rules/a/one.yml', rule(1, 'c'));
    await source.refresh();
    expect(new Set([before, between, hashes()[0]]).size).toBe(3);
  });

  it('keeps the last good version of a file that breaks, says so, and takes the mended one', async () => {
    write('rules/a/one.yml', rule(1));
    await source.refresh();
    const good = hashes();
    write('rules/a/one.yml', rule(1, 'a', 'selection and'));
    expect(await source.refresh()).toBe(true);
    expect(hashes()).toEqual(good);
    expect(source.current().issues).toMatchObject([{ code: 'sigma.condition', path: 'a/one.yml', line: 8 }]);
    expect([...(source.current().outdated ?? [])]).toEqual(['a/one.yml']);

    write('rules/a/one.yml', rule(1, 'mended'));
    await source.refresh();
    expect(hashes()).not.toEqual(good);
    expect(source.current().issues).toEqual([]);
    expect(source.current().outdated?.size).toBe(0);
  });

  it('keeps the last good version of a file that takes the id of another', async () => {
    write('rules/a/one.yml', rule(1));
    write('rules/a/two.yml', rule(2));
    await source.refresh();
    const good = hashes();
    write('rules/a/two.yml', rule(1, 'z'));
    await source.refresh();
    expect(hashes()).toEqual(good);
    expect(codes()).toEqual(['sigma.id_duplicate']);
    expect([...(source.current().outdated ?? [])]).toEqual(['a/two.yml']);
  });

  it('has no good version of a file that was always broken: it does not run', async () => {
    write('rules/a/one.yml', 'title: [');
    await source.refresh();
    expect(titles()).toEqual([]);
    expect(codes()).toHaveLength(1);
    expect(source.current().outdated?.size).toBe(0);
  });

  it('keeps everything while the directory is away, and says so', async () => {
    write('rules/a/one.yml', rule(1));
    await source.refresh();
    renameSync(rules, `${rules}-away`);
    expect(await source.refresh()).toBe(true);
    expect(titles()).toEqual(['Rule 1']);
    expect(codes()).toEqual(['rule.unreadable']);
    expect(await source.refresh()).toBe(false);
    renameSync(`${rules}-away`, rules);
    expect(await source.refresh()).toBe(true);
    expect(codes()).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'keeps the last good version of a file that may not be read any more',
    async () => {
      write('rules/a/one.yml', rule(1));
      await source.refresh();
      chmodSync(path.join(rules, 'a/one.yml'), 0);
      await source.refresh();
      expect(titles()).toEqual(['Rule 1']);
      expect(codes()).toEqual(['rule.unreadable']);
    }
  );
});

describe('lists and pipelines', () => {
  it('change the rules that use them', async () => {
    write('lists/names.yml', 'admins: [anna]\n');
    write('rules/a/one.yml', rule(1).replace('action: a', "'user|expand': '%admins%'"));
    write('rules/a/two.yml', rule(2));
    await source.refresh();
    const [one, two] = hashes();
    write('lists/names.yml', 'admins: [anna, ben]\n');
    expect(await source.refresh()).toBe(true);
    expect(hashes()[0]).not.toBe(one);
    expect(hashes()[1]).toBe(two);
  });

  it('stay as they were while they are broken', async () => {
    write('lists/names.yml', 'admins: [anna]\n');
    write('rules/a/one.yml', rule(1).replace('action: a', "'user|expand': '%admins%'"));
    await source.refresh();
    const good = hashes();
    write('lists/names.yml', 'admins: [anna\n');
    write('pipelines/own.yml', 'transformations: 7\n');
    expect(await source.refresh()).toBe(true);
    expect(hashes()).toEqual(good);
    expect(codes().some((code) => code.startsWith('pipeline.'))).toBe(true);
    expect(source.current().issues.map((issue) => path.basename(issue.path))).toContain('names.yml');
  });
});
