import { ruleState } from '@loglake/contract/rule';
import { type LedgerStatus, gapCause } from '@loglake/contract/source';
import { listRules } from './detect/catalogue.ts';
import type { Snapshot } from './metrics/metrics.ts';
import type { Pipeline } from './pipeline.ts';

function countBy(all: readonly string[], found: readonly string[]): Record<string, number> {
  return Object.fromEntries(all.map((one) => [one, found.filter((name) => name === one).length]));
}

async function ingestOf(pipeline: Pipeline): Promise<Snapshot['ingest']> {
  const { queue, syslog, http } = await pipeline.ingest.counts();
  return {
    received: { http: http.accepted, tcp: syslog.tcp.received, udp: syslog.udp.received },
    stored: queue.stored,
    dropped: { udp_queue: syslog.udp.dropped, udp_kernel: syslog.udp.kernelDropped ?? 0, tcp_end: syslog.tcp.lost },
    refusedRequests: http.refused,
    refusedByStore: queue.setAside,
    queuedRows: queue.queuedRows,
    queueRowsMax: queue.queueRowsMax,
  };
}

/** What the stages say of themselves now, for the metrics. Asks the store nothing. */
export async function snapshotOf(pipeline: Pipeline): Promise<Snapshot> {
  const { detection, lease, rules, quarantine } = pipeline;
  const status = detection.status();
  const gaps = detection.gaps();
  const stops = { disabled: rules.disabled(), heldAs: quarantine.heldAs };
  const states = listRules(rules.loaded(), new Map(), stops).map(({ operation }) => operation.state);
  return {
    lagSeconds: status === undefined ? null : status.lagMs / 1000,
    waitingRows: status?.waitingRows ?? 0,
    gaps: countBy(gapCause.options, gaps.map(({ cause }) => cause)), // prettier-ignore
    rules: countBy(ruleState.options, states),
    rulesWithErrors: status?.ruleErrors.size ?? 0,
    holdsWriterLease: lease.seen()?.mine ?? false,
    ingest: await ingestOf(pipeline),
  };
}

type Stopped = LedgerStatus['rules'][number];

/** Rules that decide nothing now, then those that failed on some events. */
function stoppedRules({ rules, quarantine }: Pipeline, errors: ReadonlyMap<string, string>): Stopped[] {
  const running = new Map(rules.running().map(({ meta }) => [meta.id, meta]));
  const held = quarantine.list().flatMap(({ ruleId: id, ruleHash, reason, sinceMs }): Stopped[] => {
    const meta = running.get(id);
    if (meta?.hash !== ruleHash) return [];
    return [{ id, title: meta.title, quarantined: true, reason, since: new Date(sinceMs).toISOString() }];
  });
  const failing = [...errors].flatMap(([id, reason]): Stopped[] => {
    const meta = running.get(id);
    if (meta === undefined || held.some((one) => one.id === id)) return [];
    return [{ id, title: meta.title, quarantined: false, reason, since: null }];
  });
  return [...held, ...failing];
}

const nothingKnown = { lagMs: null, waitingRows: 0, lastError: '', gaps: [], ruleErrors: new Map<string, string>() };

/** The ledger as people read it. Asks the store nothing. */
export function ledgerStatusOf(pipeline: Pipeline): LedgerStatus {
  const status = pipeline.detection.status();
  const seen = pipeline.lease.seen();
  const { lagMs, waitingRows, lastError, gaps, ruleErrors } = status ?? nothingKnown;
  return {
    writer: seen?.owner ?? '',
    isWriter: status !== undefined,
    lagSeconds: lagMs === null ? null : lagMs / 1000,
    waitingRows: String(waitingRows),
    lastError,
    gaps: [...gaps],
    rules: stoppedRules(pipeline, ruleErrors),
  };
}
