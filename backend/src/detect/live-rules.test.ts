import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../testing/database.ts';
import { silentLog } from '../log.ts';
import { defineQuery } from '../store/query.ts';
import { insertControl } from '../store/rule-control.ts';
import { listRules } from './catalogue.ts';
import { createLiveRules, type LiveRules } from './live-rules.ts';
import { decideAboutRule } from './rule-desk.ts';
import { createRuleSource } from './rule-source.ts';
import { insertEvents, liveFindings, ruleId, singleRule, testDetection, testEvent } from './run/fixture.ts';
import { createQuarantine } from './run/quarantine.ts';

let db: TestDatabase;
let directory: string;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'loglake-live-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (number: number, action: string): void =>
  writeFileSync(path.join(directory, `${number}.yml`), singleRule(number, action));
const anna = { name: 'anna', role: 'admin' };

function opened(onChange: (count: number) => void = () => undefined) {
  const quarantine = createQuarantine({ clock: Date.now });
  const live = createLiveRules({
    store: db.store,
    source: createRuleSource({ rulesDirectory: directory }),
    quarantine,
    log: silentLog,
    clock: Date.now,
    intervalMs: 0,
    onChange: (rules) => onChange(rules.length),
  });
  return { live, quarantine };
}
const stateOf = (live: LiveRules, quarantine: ReturnType<typeof createQuarantine>, id: string) =>
  listRules(live.loaded(), new Map(), { disabled: live.disabled(), heldAs: quarantine.heldAs }).find((one) => one.id === id)?.operation; // prettier-ignore

const audits = defineQuery({
  name: 'test.audit',
  sql: `SELECT actor, action, detail FROM audit_log WHERE object = {id:String} ORDER BY at`,
  params: z.object({ id: z.string() }),
  row: z.object({ actor: z.string(), action: z.string(), detail: z.string() }),
  timeoutMs: 5_000,
  rowsMax: 100,
});

describe('rules while the service runs', () => {
  it('take effect at the next look: added, changed, removed, disabled, enabled', async () => {
    write(1, 'first');
    const { live, quarantine } = opened();
    await live.refreshNow();
    const detection = testDetection(db.store, live.running(), {
      quarantine,
      beforeLook: async () => {
        await live.refresh();
        detection.setRules(live.running());
      },
    });
    let second = 0;
    const found = async (action: string): Promise<string[]> => {
      second += 1000;
      await insertEvents(db.store, [testEvent(action, second, { srcIp: '192.0.2.50' })]);
      await detection.runOnce();
      const at = (await liveFindings(db.store)).filter(({ last_ms }) => last_ms === Math.max(last_ms, testEvent('', second).tsMs)); // prettier-ignore
      return at.map(({ rule_id }) => rule_id);
    };
    expect(await found('second')).toEqual([]);
    write(2, 'second');
    expect(await found('second')).toEqual([ruleId(2)]);
    write(1, 'second');
    expect(await found('second')).toEqual([ruleId(1), ruleId(2)]);
    const desk = { store: db.store, live, quarantine };
    await decideAboutRule(desk, ruleId(2), { kind: 'disable', reason: 'too loud' }, anna);
    expect(await found('second')).toEqual([ruleId(1)]);
    expect(stateOf(live, quarantine, ruleId(2))).toMatchObject({ state: 'disabled', reason: 'too loud', by: 'anna' });
    await decideAboutRule(desk, ruleId(2), { kind: 'enable', reason: '' }, anna);
    rmSync(path.join(directory, '1.yml'));
    expect(await found('second')).toEqual([ruleId(2)]);
    expect(stateOf(live, quarantine, ruleId(2))?.state).toBe('running');
    const history = await db.store.rows(audits, { id: ruleId(2) });
    expect(history.map(({ actor, action }) => `${actor} ${action}`)).toEqual(['anna rule.disable', 'anna rule.enable']);
  });

  it('are disabled in every service over the store, and after a restart', async () => {
    write(11, 'eleven');
    const one = opened();
    const counts: number[] = [];
    const other = opened((count) => counts.push(count));
    await one.live.refreshNow();
    await other.live.refreshNow();
    await decideAboutRule({ store: db.store, ...one }, ruleId(11), { kind: 'disable', reason: 'test' }, anna);
    await other.live.refresh();
    expect(counts).toEqual([1, 0]);
    const later = opened();
    await later.live.refreshNow();
    expect(later.live.running()).toEqual([]);
  });

  it('stay in quarantine over a restart, until they are released or changed', async () => {
    write(21, 'twenty-one');
    const one = opened();
    await one.live.refreshNow();
    const [rule] = one.live.running();
    const ruleHash = rule?.meta.hash ?? '';
    await insertControl(db.store, { ruleId: ruleId(21), ruleHash, action: 'quarantine', reason: 'it is too slow', actor: 'service' }); // prettier-ignore
    await one.live.refreshNow();
    expect(stateOf(one.live, one.quarantine, ruleId(21))).toMatchObject({ state: 'quarantined', reason: 'Held back: it is too slow.' }); // prettier-ignore

    write(21, 'changed');
    await one.live.refreshNow();
    expect(stateOf(one.live, one.quarantine, ruleId(21))?.state).toBe('running');
    write(21, 'twenty-one');
    await one.live.refreshNow();
    expect(stateOf(one.live, one.quarantine, ruleId(21))?.state).toBe('quarantined');
    await decideAboutRule({ store: db.store, ...one }, ruleId(21), { kind: 'release', reason: '' }, anna);
    expect(stateOf(one.live, one.quarantine, ruleId(21))?.state).toBe('running');
  });

  it('cannot be decided about when they are not there', async () => {
    const one = opened();
    await one.live.refreshNow();
    const asked = decideAboutRule({ store: db.store, ...one }, ruleId(99), { kind: 'enable', reason: '' }, anna);
    await expect(asked).rejects.toMatchObject({ code: 'rule.not_found' });
  });
});
