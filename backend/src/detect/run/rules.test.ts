import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadPipelines } from '../load-pipelines.ts';
import { loadRules } from '../load-rules.ts';
import { type TestFinding, liveFindings, shownBy, testDetection } from './fixture.ts';
import { encodeRawRow, insertRawLog } from '../../store/raw-log.ts';
import { type TestDatabase, testDatabase } from '../../../testing/database.ts';

/**
 * Every folder's lines go through the table, the parsers, the ledger and the findings, all rules together; each file of
 * lines is a run of its own, so that cases do not meet.
 */

const directory = fileURLToPath(new URL('../../../../rules', import.meta.url));
const folders = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'base')
  .map((entry) => entry.name);
const expectation = z.array(z.strictObject({ group: z.record(z.string(), z.string().nullable()) })).min(1);

const linesOf = (folder: string, file: string): string[] =>
  readFileSync(path.join(directory, folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

const { pipeline } = await loadPipelines();
const rules = await loadRules(directory, pipeline);
const ruleOf = (folder: string) => rules.rules.find(({ meta }) => meta.path === `${folder}/rule.yml`);

const groupText = (group: Record<string, string | null>): string => JSON.stringify(Object.entries(group).sort());

let db: TestDatabase;
let findings: TestFinding[];
const findingsOf = (folder: string, file: string): TestFinding[] =>
  findings.filter((one) => one.run_id === `${folder}/${file}` && one.rule_id === ruleOf(folder)?.meta.id);

beforeAll(async () => {
  db = await testDatabase({ parsers: true });
  const rows = folders.flatMap((folder) =>
    ['match.log', 'no-match.log'].flatMap((file) =>
      linesOf(folder, file).map((line) =>
        encodeRawRow({
          id: randomUUID(),
          receivedAtMs: Date.now(),
          transport: 'http',
          sender: '198.51.100.1',
          source: '',
          runId: `${folder}/${file}`,
          envelopeHost: '',
          envelopeProgram: '',
          envelopeTime: '',
          raw: Buffer.from(line),
        })
      )
    )
  );
  await insertRawLog(db.store, Buffer.concat(rows), randomUUID());
  await testDetection(db.store, rules.rules).runOnce();
  findings = await liveFindings(db.store);
});
afterAll(() => db.drop());

describe('our rules', () => {
  it('load without a word, at least 15 of them with cases', () => {
    expect(rules.issues).toEqual([]);
    expect(folders.length).toBeGreaterThanOrEqual(15);
  });

  for (const folder of folders) {
    it(`${folder}: finds exactly what its lines show, and proves it`, async () => {
      const expected = expectation.parse(
        JSON.parse(readFileSync(path.join(directory, folder, 'expected.json'), 'utf8'))
      );
      const found = findingsOf(folder, 'match.log');
      expect(found.map((one) => groupText(one.group_values)).sort()).toEqual(
        expected.map((one) => groupText(one.group)).sort()
      );
      for (const finding of found) {
        const shown = await shownBy(db.store, finding);
        expect(shown.slice(0, finding.event_ids.length)).toEqual(finding.event_ids);
        expect(shown.length).toBeGreaterThan(0);
      }
    });

    it(`${folder}: is silent on lines that are close to it`, () => {
      expect(linesOf(folder, 'no-match.log').length).toBeGreaterThan(0);
      expect(findingsOf(folder, 'no-match.log').map((one) => [one.group_values, one.count])).toEqual([]);
    });

    it(`${folder}: says what it is: ATT&CK, false positives, description`, () => {
      const meta = ruleOf(folder)?.meta;
      expect(meta?.tags.filter((tag) => /^attack\.t\d{4}(\.\d{3})?$/.test(tag)).length).toBeGreaterThan(0);
      expect(meta?.falsePositives.length).toBeGreaterThan(0);
      expect(meta?.description).not.toBe('');
    });
  }

  it('raise nothing from what correlations only build on', () => {
    const base = new Set(rules.rules.filter(({ meta }) => meta.path.startsWith('base/')).map(({ meta }) => meta.id));
    expect(base.size).toBeGreaterThan(0);
    expect(findings.filter((one) => base.has(one.rule_id))).toEqual([]);
  });
});
