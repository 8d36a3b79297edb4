import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** One look of detection: how it went and how long it took. */
export interface LookMeasure {
  readonly outcome: 'done' | 'failed' | 'standby';
  readonly ms: number;
}

/** One range of arrived rows, read to its end. */
export interface RangeMeasure {
  readonly rows: number;
  /** Pairs of a row and a rule that were decided. */
  readonly candidates: number;
  readonly matches: number;
  /** Revisions of findings written. */
  readonly revisions: number;
  /** Matches that findings count without an evidence id since this range. */
  readonly folded: number;
  readonly ms: number;
}

/** What is read from the stages when somebody asks for the metrics. */
export interface Snapshot {
  /** Seconds since everything that had arrived was read; null while another service is the writer. */
  readonly lagSeconds: number | null;
  readonly waitingRows: number;
  /** Gaps by cause; every cause is there. */
  readonly gaps: Readonly<Record<string, number>>;
  /** Rules by state; every state is there. */
  readonly rules: Readonly<Record<string, number>>;
  readonly rulesWithErrors: number;
  readonly holdsWriterLease: boolean;
  readonly ingest: {
    /** Received since the start, by door. */
    readonly received: Readonly<Record<'http' | 'tcp' | 'udp', number>>;
    readonly stored: number;
    /** Lost since the start, by door; `udp_kernel` is 0 where the kernel does not say. */
    readonly dropped: Readonly<Record<'udp_queue' | 'udp_kernel' | 'tcp_end', number>>;
    readonly refusedRequests: number;
    readonly refusedByStore: number;
    readonly queuedRows: number;
    readonly queueRowsMax: number;
  };
}

export interface Metrics {
  readonly contentType: string;
  look(measure: LookMeasure): void;
  range(measure: RangeMeasure): void;
  /** A call to the store: its name, and whether it came to its end. */
  storeCall(name: string, seconds: number, ended: boolean): void;
  /** The text of all metrics (Prometheus text format 0.0.4), with what is now. */
  text(snapshot: Snapshot): Promise<string>;
  /** Names and meanings of our own metrics, in order. */
  described(): { name: string; help: string; type: string; labels: readonly string[] }[];
}

const seconds = (ms: number): number => ms / 1000;
const cycleBuckets = [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10, 30, 120];
const callBuckets = [0.005, 0.05, 0.5, 5, 60];

/** One registry per service. */
export function createMetrics(version: string): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const flow = flowMetrics(register);
  const state = stateMetrics(register);
  const build = new Gauge({ name: 'loglake_build_info', help: 'Always 1; the version is the label.', labelNames: ['version'], registers: [register] }); // prettier-ignore
  build.set({ version }, 1);
  return {
    contentType: register.contentType,
    look: ({ outcome, ms }) => {
      flow.looks.inc({ outcome });
      flow.lookSeconds.observe(seconds(ms));
    },
    range: (measure) => {
      flow.ranges.inc();
      flow.events.inc(measure.rows);
      flow.candidates.inc(measure.candidates);
      flow.matches.inc(measure.matches);
      flow.revisions.inc(measure.revisions);
      flow.folded.inc(measure.folded);
      flow.rangeSeconds.observe(seconds(measure.ms));
    },
    storeCall: (name, took, ended) => {
      flow.storeSeconds.observe({ call: name }, took);
      if (!ended) flow.storeErrors.inc({ call: name });
    },
    text: (snapshot) => {
      state.set(snapshot);
      return register.metrics();
    },
    described: () =>
      register
        .getMetricsAsArray()
        .filter(({ name }) => name.startsWith('loglake_'))
        .map((metric) => ({
          name: metric.name,
          help: 'help' in metric ? metric.help : '',
          type: metric instanceof Counter ? 'counter' : metric instanceof Histogram ? 'histogram' : 'gauge',
          labels: 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [],
        })),
  };
}

/** What counts up as things happen. */
function flowMetrics(register: Registry) {
  const registers = [register];
  const counter = (name: string, help: string, labelNames: string[] = []) => new Counter({ name, help, labelNames, registers }); // prettier-ignore
  const histogram = (name: string, help: string, buckets: number[], labelNames: string[] = []) => new Histogram({ name, help, buckets, labelNames, registers }); // prettier-ignore
  return {
    events: counter('loglake_events_read_total', 'Events that detection has read.'),
    candidates: counter('loglake_rule_candidates_total', 'Pairs of an event and a rule that were decided.'),
    matches: counter('loglake_rule_matches_total', 'Pairs of an event and a rule that matched.'),
    revisions: counter('loglake_finding_revisions_total', 'Revisions of findings written.'),
    folded: counter('loglake_matches_folded_total', 'Matches that findings count without an evidence id.'),
    ranges: counter('loglake_ranges_read_total', 'Ranges of arrived rows that were read to their end.'),
    looks: counter('loglake_detection_looks_total', 'Looks for new rows, by how they ended.', ['outcome']),
    lookSeconds: histogram('loglake_detection_look_duration_seconds', 'One look for new rows, with all it read.', cycleBuckets), // prettier-ignore
    rangeSeconds: histogram('loglake_range_duration_seconds', 'One range: query, rules, findings stored.', cycleBuckets), // prettier-ignore
    storeSeconds: histogram('loglake_store_call_duration_seconds', 'Calls to the store, by name.', callBuckets, ['call']), // prettier-ignore
    storeErrors: counter('loglake_store_call_errors_total', 'Calls to the store that failed, by name.', ['call']),
  };
}

/** What is read when somebody asks. */
function stateMetrics(register: Registry) {
  const registers = [register];
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name, help, labelNames, registers }); // prettier-ignore
  const counter = (name: string, help: string, labelNames: string[] = []) => new Counter({ name, help, labelNames, registers }); // prettier-ignore
  const lag = gauge('loglake_ledger_lag_seconds', 'Since everything that had arrived was read; absent on a stand-by.');
  const waiting = gauge('loglake_ledger_waiting_rows', 'About how many arrived rows wait to be read.');
  const gaps = gauge('loglake_ledger_gaps', 'Ranges that were not read in their time, by cause.', ['cause']);
  const rules = gauge('loglake_rules', 'Rules by state.', ['state']);
  const quarantined = gauge('loglake_quarantined_rules', 'Rules that are held back as too slow or failing.');
  const errors = gauge('loglake_rules_with_errors', 'Rules that failed on some events, or whose query failed.');
  const lease = gauge('loglake_writer_lease_held', '1 while this service writes findings and triage, else 0.');
  const received = counter('loglake_ingest_received_total', 'Lines received, by door.', ['door']);
  const stored = counter('loglake_ingest_stored_total', 'Lines stored.');
  const dropped = counter('loglake_ingest_dropped_total', 'Lines lost, by where.', ['where']);
  const refused = counter('loglake_ingest_refused_requests_total', 'HTTP posts refused.');
  const setAside = counter('loglake_ingest_refused_by_store_total', 'Lines that the store refused; they lie in the spool directory.'); // prettier-ignore
  const queued = gauge('loglake_ingest_queued_rows', 'Lines that wait for the store.');
  const queueMax = gauge('loglake_ingest_queue_rows_max', 'Lines that may wait for the store.');
  const each = (values: Readonly<Record<string, number>>, take: (key: string, value: number) => void): void => {
    for (const [key, value] of Object.entries(values)) take(key, value);
  };
  return {
    set({ ingest, ...now }: Snapshot): void {
      if (now.lagSeconds === null) lag.remove();
      else lag.set(now.lagSeconds);
      waiting.set(now.waitingRows);
      each(now.gaps, (cause, value) => gaps.set({ cause }, value));
      each(now.rules, (state, value) => rules.set({ state }, value));
      quarantined.set(now.rules['quarantined'] ?? 0);
      errors.set(now.rulesWithErrors);
      lease.set(now.holdsWriterLease ? 1 : 0);
      // Counted by the stages since the start: set anew each time, so they only go up.
      for (const one of [received, stored, dropped, refused, setAside]) one.reset();
      each(ingest.received, (door, value) => received.inc({ door }, value));
      each(ingest.dropped, (where, value) => dropped.inc({ where }, value));
      stored.inc(ingest.stored);
      refused.inc(ingest.refusedRequests);
      setAside.inc(ingest.refusedByStore);
      queued.set(ingest.queuedRows);
      queueMax.set(ingest.queueRowsMax);
    },
  };
}
