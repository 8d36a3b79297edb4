import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindingHint, TriageAction, TriageOutcome } from '@loglake/contract/finding';
import { testDatabase } from '../../testing/database.ts';
import { createTriage, type RuleFacts, type Triage } from './finding-service.ts';
import { findingRowOf, storeFindings } from '../../testing/sample-finding.ts';

let db: Awaited<ReturnType<typeof testDatabase>>;
let triage: Triage;
const hints: FindingHint[] = [];
const facts: RuleFacts = {
  kind: 'single', hash: 'hash-1', title: 'SSH brute force', description: 'Many failures.', falsePositives: ['A script'],
  references: [], source: 'title: SSH brute force',
}; // prettier-ignore

beforeAll(async () => {
  db = await testDatabase();
  triage = createTriage({
    store: db.store,
    writer: () => Promise.resolve(db.store),
    ruleFacts: (ruleId) => (ruleId === 'rule-1' ? facts : null),
    now: () => Date.UTC(2026, 10, 21, 9),
    onChange: (hint) => hints.push(hint),
  });
});
afterAll(() => db.drop());

const anna = { name: 'anna' };
const ben = { name: 'ben' };

async function act(findingId: string, version: number, action: TriageAction, actor = anna): Promise<TriageOutcome> {
  const [outcome] = await triage.act({ target: { findings: [{ findingId, version }] }, action }, actor);
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

describe('triage', () => {
  it('walks a finding from new to resolved, with who, when and why in an intact chain', async () => {
    await storeFindings(db.store, [findingRowOf('walk')]);
    const steps: TriageAction[] = [
      { kind: 'acknowledge' },
      { kind: 'assign', assignee: 'anna' },
      { kind: 'comment', comment: 'Called the owner: it was \t\\N \'"`<b>\u0000 not him.' },
      { kind: 'investigate' },
      { kind: 'resolve', closeReason: 'true_positive', comment: 'Host isolated.' },
    ];
    for (const [version, action] of steps.entries()) expect((await act('walk', version, action)).outcome).toBe('done');
    const { activities, chainIntact } = await triage.history('walk');
    expect(chainIntact).toBe(true);
    expect(activities.map((one) => [one.kind, one.state, one.actor])).toEqual([
      ['acknowledge', 'acknowledged', 'anna'],
      ['assign', 'acknowledged', 'anna'],
      ['comment', 'acknowledged', 'anna'],
      ['investigate', 'investigating', 'anna'],
      ['resolve', 'resolved', 'anna'],
    ]);
    const { finding } = await triage.detail('walk');
    expect(finding).toMatchObject({ state: 'resolved', closeReason: 'true_positive', assignee: 'anna', version: 5 });
    expect(hints.at(-1)).toEqual({ findingId: 'walk', revision: 1 });
  });

  it('tells the second of two people, with what stands now, and overwrites nothing', async () => {
    await storeFindings(db.store, [findingRowOf('race')]);
    const [first, second] = await Promise.all([
      act('race', 0, { kind: 'acknowledge' }, anna),
      act('race', 0, { kind: 'false_positive' }, ben),
    ]);
    expect([first.outcome, second.outcome]).toEqual(['done', 'conflict']);
    expect(second).toMatchObject({ finding: { state: 'acknowledged', version: 1 } });
    expect((await triage.history('race')).activities).toHaveLength(1);
  });

  it('lets fifty people act at once on one finding: one is done, the chain has one row', async () => {
    await storeFindings(db.store, [findingRowOf('crowd')]);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => act('crowd', 0, { kind: 'acknowledge' }, { name: `person ${n}` }))
    );
    expect(outcomes.filter((one) => one.outcome === 'done')).toHaveLength(1);
    expect((await triage.history('crowd')).activities).toHaveLength(1);
  });

  it('takes a comment whatever came in between, since it overwrites nothing', async () => {
    await storeFindings(db.store, [findingRowOf('talk')]);
    await act('talk', 0, { kind: 'acknowledge' });
    expect((await act('talk', 0, { kind: 'comment', comment: 'Seen.' }, ben)).outcome).toBe('done');
    expect((await triage.history('talk')).chainIntact).toBe(true);
  });

  it('refuses a transition that the state machine does not have', async () => {
    await storeFindings(db.store, [findingRowOf('shut')]);
    await act('shut', 0, { kind: 'false_positive' });
    const outcome = await act('shut', 1, { kind: 'acknowledge' });
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'finding.transition_refused' });
    expect((await act('shut', 1, { kind: 'reopen' })).outcome).toBe('done');
    expect((await triage.detail('shut')).finding.state).toBe('new');
  });

  it('answers a bulk action per finding: done, conflict and refused side by side', async () => {
    await storeFindings(db.store, [findingRowOf('b1'), findingRowOf('b2'), findingRowOf('b3')]);
    await act('b2', 0, { kind: 'acknowledge' });
    await act('b3', 0, { kind: 'resolve', closeReason: 'benign' });
    const outcomes = await triage.act(
      {
        target: { findings: [ { findingId: 'b1', version: 0 }, { findingId: 'b2', version: 0 }, { findingId: 'b3', version: 1 }, { findingId: 'none', version: 0 } ] },
        action: { kind: 'acknowledge' },
      },
      anna
    ); // prettier-ignore
    expect(outcomes.map((one) => [one.findingId, one.outcome])).toEqual([
      ['b1', 'done'],
      ['b2', 'conflict'],
      ['b3', 'refused'],
      ['none', 'refused'],
    ]);
  });

  it('acts on all open findings of a group, and on nothing else', async () => {
    await storeFindings(db.store, [
      findingRowOf('g1', { group_key: 'gx' }),
      findingRowOf('g2', { group_key: 'gx' }),
      findingRowOf('g3', { group_key: 'gx', run_id: 'run-1' }),
      findingRowOf('g4', { group_key: 'gy' }),
      findingRowOf('g5', { group_key: 'gx', superseded_by: 'g1' }),
    ]);
    const outcomes = await triage.act(
      { target: { ruleId: 'rule-1', groupKey: 'gx', runId: '' }, action: { kind: 'acknowledge' } },
      anna
    );
    expect(outcomes.map((one) => [one.findingId, one.outcome])).toEqual([
      ['g1', 'done'],
      ['g2', 'done'],
    ]);
  });

  it('sees a history that was altered', async () => {
    await storeFindings(db.store, [findingRowOf('forged')]);
    await act('forged', 0, { kind: 'comment', comment: 'honest' });
    await act('forged', 1, { kind: 'comment', comment: 'also honest' });
    await db.store.execute(
      'forge',
      `ALTER TABLE finding_activity UPDATE comment = 'forged' WHERE finding_id = 'forged' AND version = 1 SETTINGS mutations_sync = 1`
    );
    expect((await triage.history('forged')).chainIntact).toBe(false);
  });

  it('gives a finding its rule, sentence, query and evidence, and 404 for one that is not there', async () => {
    await storeFindings(db.store, [findingRowOf('proof'), findingRowOf('other', { rule_id: 'gone' })]);
    const detail = await triage.detail('proof');
    expect(detail.rule).toMatchObject({ description: 'Many failures.', source: 'title: SSH brute force' });
    expect(detail.explanation).toMatch(/^This rule matched 12 times within 4 minutes 10 seconds/);
    expect(detail.query).toEqual({ sql: 'SELECT * FROM event WHERE id = {id:UUID}', params: { id: 'x' } });
    expect((await triage.detail('other')).rule.source).toBeNull();
    await expect(triage.detail('missing')).rejects.toMatchObject({ code: 'finding.not_found' });
    await expect(triage.history('missing')).rejects.toMatchObject({ code: 'finding.not_found' });
  });
});
