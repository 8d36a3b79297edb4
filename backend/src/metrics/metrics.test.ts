import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../testing/database.ts';
import { insertEvents, rulesOf, singleRule, testDetection, testEvent } from '../detect/run/fixture.ts';
import { defineQuery } from '../store/query.ts';
import { z } from 'zod';
import { meteredStore } from './metered-store.ts';
import { createMetrics, type Metrics, type Snapshot } from './metrics.ts';

const nothing: Snapshot = {
  lagSeconds: 1.5,
  waitingRows: 0,
  gaps: { backlog: 0 },
  rules: { running: 2, quarantined: 1 },
  rulesWithErrors: 0,
  holdsWriterLease: true,
  ingest: {
    received: { http: 5, tcp: 0, udp: 0 },
    stored: 5,
    dropped: { udp_queue: 0, udp_kernel: 0, tcp_end: 0 },
    refusedRequests: 0,
    refusedByStore: 0,
    queuedRows: 0,
    queueRowsMax: 10,
  },
};

interface Family {
  type: string;
  help: string;
  samples: Map<string, number>;
}

const headLine = /^# (?:HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})?) (\S+)$/;
const groups = (pattern: RegExp, line: string): [string, string] => {
  const [, first = '', second = ''] = pattern.exec(line) ?? [];
  expect(first, line).not.toBe('');
  return [first, second];
};

/** Reads the text format strictly: every sample under its own HELP and TYPE, names and labels as the format wants them. */
function parsed(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let name = '';
  let family: Family = { type: '', help: '', samples: new Map() };
  for (const line of text.split('\n').filter((one) => one !== '')) {
    if (line.startsWith('# HELP')) {
      const [of, help] = groups(headLine, line);
      expect(families.has(of)).toBe(false);
      family = { type: '', help, samples: new Map() };
      name = of;
      families.set(of, family);
    } else if (line.startsWith('#')) {
      const [of, type] = groups(headLine, line);
      expect(of).toBe(name);
      family.type = type;
    } else {
      const [sample, value] = groups(sampleLine, line);
      expect(sample.startsWith(name)).toBe(true);
      family.samples.set(sample, Number(value));
    }
  }
  return families;
}
const valueOf = async (metrics: Metrics, sample: string, snapshot = nothing): Promise<number | undefined> => {
  const family = [...parsed(await metrics.text(snapshot)).values()].find(({ samples }) => samples.has(sample));
  return family?.samples.get(sample);
};

describe('metrics', () => {
  it('are valid text, with a type and a meaning each, counters and only counters named _total', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.storeCall('event.range', 0.01, true);
    metrics.look({ outcome: 'done', ms: 3 });
    const families = parsed(await metrics.text(nothing));
    const ours = [...families].filter(([name]) => name.startsWith('loglake_'));
    expect(ours.length).toBeGreaterThan(20);
    for (const [name, { type, help }] of ours) {
      expect({ name, total: name.endsWith('_total') }).toEqual({ name, total: type === 'counter' });
      expect(help.length).toBeGreaterThan(5);
    }
    expect(families.get('loglake_build_info')?.samples.get('loglake_build_info{version="1.2.3"}')).toBe(1);
    expect(families.has('process_cpu_seconds_total')).toBe(true);
  });

  it('say what the stages say now, and nothing of a lag that nobody has', async () => {
    const metrics = createMetrics('1');
    expect(await valueOf(metrics, 'loglake_ledger_lag_seconds')).toBe(1.5);
    expect(await valueOf(metrics, 'loglake_quarantined_rules')).toBe(1);
    expect(await valueOf(metrics, 'loglake_ingest_received_total{door="http"}')).toBe(5);
    expect(await valueOf(metrics, 'loglake_ingest_received_total{door="http"}')).toBe(5);
    const standby = { ...nothing, lagSeconds: null, holdsWriterLease: false };
    expect(await valueOf(metrics, 'loglake_ledger_lag_seconds', standby)).toBeUndefined();
    expect(await valueOf(metrics, 'loglake_writer_lease_held', standby)).toBe(0);
  });

  it('are named on their page, and nothing else is', () => {
    const page = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(loglake_\w+)` +\| (\w+) +\| ([^|]*?) +\| (.*?) +\|$/gm)];
    const told = rows.map(([, name, type, labels, help]) => ({ name, type, labels: labels ?? '', help }));
    const real = createMetrics('1')
      .described()
      .map(({ name, type, labels, help }) => ({ name, type, labels: labels.map((one) => `\`${one}\``).join(', '), help })); // prettier-ignore
    expect(told).toEqual(real);
  });
});

describe('metrics of a run', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('move with what was read', async () => {
    const metrics = createMetrics('1');
    const store = meteredStore(db.store, metrics.storeCall);
    const detection = testDetection(store, rulesOf(singleRule(1, 'probe')), {
      onLook: (outcome, ms) => metrics.look({ outcome, ms }),
      onRange: ({ rows, candidates, matches, hints, durationMs: ms }) =>
        metrics.range({ rows, candidates, matches, revisions: hints.length, folded: 0, ms }),
    });
    await insertEvents(db.store, [testEvent('probe', 0), testEvent('probe', 1), testEvent('other', 2)]);
    expect(await valueOf(metrics, 'loglake_events_read_total')).toBe(0);
    await detection.runOnce();
    expect(await valueOf(metrics, 'loglake_events_read_total')).toBe(3);
    expect(await valueOf(metrics, 'loglake_rule_matches_total')).toBe(2);
    expect(await valueOf(metrics, 'loglake_finding_revisions_total')).toBe(1);
    expect(await valueOf(metrics, 'loglake_ranges_read_total')).toBe(1);
    expect(await valueOf(metrics, 'loglake_range_duration_seconds_count')).toBe(1);
    expect(await valueOf(metrics, 'loglake_detection_looks_total{outcome="done"}')).toBeGreaterThan(0);
    expect(await valueOf(metrics, 'loglake_store_call_duration_seconds_count{call="rule_run.insert"}')).toBe(1);
  });

  it('count a call that fails, not one that a reader ends', async () => {
    const calls: [string, boolean][] = [];
    const store = meteredStore(db.store, (name, _seconds, ended) => calls.push([name, ended]));
    const numbers = (name: string, sql: string) =>
      defineQuery({ name, sql, params: z.object({}), row: z.object({ n: z.coerce.number() }), timeoutMs: 5000, rowsMax: 1e6 }); // prettier-ignore
    await expect(store.rows(numbers('test.bad', 'SELECT no_such AS n'), {})).rejects.toThrow();
    for await (const rows of store.stream(numbers('test.long', 'SELECT number AS n FROM numbers(100000)'), {})) {
      if (rows.length > 0) break;
    }
    await store.execute('schema_migration.create writer epoch 7', 'SELECT 1');
    expect(calls).toEqual([
      ['test.bad', false],
      ['test.long', true],
      ['schema_migration.create', true],
    ]);
  });
});
