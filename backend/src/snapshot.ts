import { ruleState } from '@loglake/contract/rule';
import { listRules } from './detect/catalogue.ts';
import { gapCauses } from './detect/run/gap.ts';
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
  const gaps = detection.gaps();
  const items = new Map(detection.health().map(({ name, value }) => [name, value]));
  const stops = { disabled: rules.disabled(), heldAs: quarantine.heldAs };
  const states = listRules(rules.loaded(), new Map(), stops).map(({ operation }) => operation.state);
  return {
    lagSeconds: items.get('detection.lag') ?? null,
    waitingRows: detection.waitingRows(),
    gaps: countBy(gapCauses, gaps.map(({ cause }) => cause)), // prettier-ignore
    rules: countBy(ruleState.options, states),
    rulesWithErrors: items.get('detection.rules') ?? 0,
    holdsWriterLease: lease.seen()?.mine ?? false,
    ingest: await ingestOf(pipeline),
  };
}
