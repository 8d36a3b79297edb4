import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { z } from 'zod';
import { startEngine } from '../embedded/supervisor.ts';
import { installParsers } from '../parsers/install.ts';
import { corpusCases } from '../parsers/judge/judge.ts';
import { loadFieldManifest } from '../src/detect/load-pipelines.ts';
import type { SingleRule } from '../src/detect/rule.ts';
import { silentLog } from '../src/log.ts';
import { migrate } from '../src/store/migrate.ts';
import { createDatabase, createStore, type Store } from '../src/store/store.ts';
import { emptyEvent } from '../src/detect/empty-event.ts';
import { checkRules, logsourceName } from './check.ts';
import { readRules } from './rule-source.ts';

// npm run sigma:coverage -- [--rules DIR] [--data DIR]: the table of docs/reference/sigma-coverage.md.

const shared = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const text = z.string().nullable();
const row = z.looseObject({ id: z.string(), fields: z.record(z.string(), text), message: z.string() });

/** Every line of the corpora through raw_log and our parsers; gives the events as the evaluator reads them. */
async function storedEvents(store: Store, data: string) {
  const lines = corpusCases(data).map((one) => ({
    id: randomUUID(),
    received_at: '2026-11-21 10:00:00.000',
    raw: one.line,
    envelope_program: one.envelope.program ?? '',
  }));
  await store.insert('raw_log', lines);
  const limits = { timeoutMs: 120_000, rowsMax: 1_000_000 };
  const events = await store.compiled('coverage.events', { sql: 'SELECT * FROM event', params: {} }, row, limits);
  return { lines: lines.length, events: events.map((event) => ({ ...emptyEvent, ...event })) };
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'loglake-coverage-'));
  const engine = await startEngine({ dataDir, memoryBytesMax: 1_000_000_000, port: 0, log: silentLog });
  try {
    const options = {
      url: engine.url,
      user: engine.user,
      password: engine.password,
      database: 'coverage',
      log: silentLog,
    };
    await createDatabase(options);
    const store = createStore(options);
    await migrate(store, fileURLToPath(new URL('../migrations', import.meta.url)));
    await installParsers(store);
    const result = await work(store);
    await store.close();
    return result;
  } finally {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function provenByLogsource(rules: readonly SingleRule[], events: Awaited<ReturnType<typeof storedEvents>>['events']) {
  const proven = new Map<string, number>();
  for (const rule of rules) {
    if (!events.some((event) => rule.matches(event))) continue;
    const name = logsourceName(rule.logsource);
    proven.set(name, (proven.get(name) ?? 0) + 1);
  }
  return proven;
}

const options = z
  .object({ rules: z.string(), data: z.string() })
  .parse(
    new Command('sigma:coverage')
      .option('--rules <dir>', 'folder of rules', path.join(shared, 'sigmahq'))
      .option('--data <dir>', 'folder of recorded logs', shared)
      .parse()
      .opts()
  );
const source = await readRules(options.rules, { json: false });
const { manifest } = await loadFieldManifest();
const report = checkRules(source, manifest);
const { lines, events } = await withStore((store) => storedEvents(store, options.data));
const singles = source.rules.filter((rule) => rule.kind === 'single');
const proven = provenByLogsource(singles, events);
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const table = report.logsources.map(
  ({ logsource, compiled, served, filled }) =>
    `| ${logsource} | ${compiled} | ${served} | ${filled} | ${proven.get(logsource) ?? 0} |`
);
process.stdout.write(
  [
    `${report.compiled} of ${report.rules} rules compile; ${lines} recorded lines gave ${events.length} events.`,
    '',
    '| product/category/service | compiled | a parser makes its events | every field filled | matched a recorded event |',
    '| --- | --- | --- | --- | --- |',
    ...table,
    `| all | ${report.compiled} | ${sum(report.logsources.map((one) => one.served))} | ${sum(report.logsources.map((one) => one.filled))} | ${sum(proven.values())} |`,
    '',
  ].join('\n')
);
