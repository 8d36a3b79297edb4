import type { HealthItem } from '@loglake/contract/source';
import type { BatcherStats } from './batcher.ts';
import type { HttpIngestCounts } from './http-ingest.ts';
import type { SyslogStats } from './syslog-server.ts';

const n = (count: number): string => count.toLocaleString('en-GB');
/** `1 line`, `2 lines`. */
const of = (count: number, noun: string): string => `${n(count)} ${noun}${count === 1 ? '' : 's'}`;

function queueItem(stats: BatcherStats): HealthItem {
  const fill = Math.max(stats.queuedRows / stats.queueRowsMax, stats.queuedBytes / stats.queueBytesMax);
  const percent = Math.round(fill * 100);
  return {
    name: 'ingest.queue',
    state: percent >= 95 ? 'failing' : percent >= 50 ? 'warning' : 'ok',
    detail: `${of(stats.queuedRows, 'line')} in the queue to the store, which is ${String(percent)}\u00a0% full.`,
    value: percent,
  };
}

function storeItem(stats: BatcherStats): HealthItem {
  const name = 'ingest.store';
  if (stats.setAside > 0) {
    const detail = `The store refused ${n(stats.setAside)} lines; they lie in the spool directory as refused-*.tsv.`;
    return { name, state: 'failing', detail, value: stats.setAside };
  }
  if (stats.failuresInARow > 0) {
    const detail = `The last ${n(stats.failuresInARow)} inserts failed: ${stats.failure}. Lines wait and are tried again.`;
    return { name, state: stats.failuresInARow >= 3 ? 'failing' : 'warning', detail, value: stats.failuresInARow };
  }
  return { name, state: 'ok', detail: `${of(stats.stored, 'line')} stored since the start.`, value: stats.stored };
}

function udpItem({ udp }: SyslogStats): HealthItem {
  const kernel = udp.kernelDropped ?? 0;
  const dropped = udp.dropped + kernel;
  const told = udp.kernelDropped === null ? ' What the kernel drops is not known here.' : '';
  return {
    name: 'ingest.udp_dropped',
    state: dropped > 0 ? 'warning' : 'ok',
    detail:
      dropped === 0
        ? `${of(udp.received, 'UDP message')} received since the start, none dropped.${told}`
        : `${n(dropped)} UDP messages were lost since the start: ${n(udp.dropped)} because the queue was full, ${n(kernel)} in the kernel.${told} Send over TCP or HTTP to lose none.`,
    value: dropped,
  };
}

function tcpItem({ tcp }: SyslogStats): HealthItem {
  const odd = [
    [tcp.refusedConnections, 'connections were refused: too many at once'],
    [tcp.cut, 'messages were longer than allowed and are stored in pieces'],
    [tcp.badCount, 'octet counts were wrong; those messages are stored as lines'],
    [tcp.partial, 'messages never ended; they are stored as far as they came'],
  ] as const;
  const told = odd.filter(([count]) => count > 0).map(([count, text]) => ` ${n(count)} ${text}.`);
  const slowed = tcp.slowed > 0 ? ` ${n(tcp.slowed)} are slowed, because the queue is full.` : '';
  return {
    name: 'ingest.tcp',
    state: tcp.slowed > 0 || tcp.refusedConnections > 0 ? 'warning' : 'ok',
    detail: `${of(tcp.received, 'message')} received over TCP since the start, ${of(tcp.connections, 'connection')} open.${slowed}${told.join('')}`,
    value: tcp.received,
  };
}

function httpItem(counts: HttpIngestCounts, stats: BatcherStats): HealthItem {
  const refused = counts.refused > 0 ? ` ${n(counts.refused)} requests were refused.` : '';
  const abandoned =
    stats.abandoned > 0 ? ` ${n(stats.abandoned)} lines were not stored in time, and their senders told so.` : '';
  return {
    name: 'ingest.http',
    state: 'ok',
    detail: `${of(counts.accepted, 'line')} received in ${of(counts.requests, 'request')} since the start.${refused}${abandoned}`,
    value: counts.accepted,
  };
}

/** What ingest has to say about itself, one item per thing that can go wrong. */
export function ingestHealth(batcher: BatcherStats, syslog: SyslogStats, http: HttpIngestCounts): HealthItem[] {
  return [queueItem(batcher), storeItem(batcher), tcpItem(syslog), udpItem(syslog), httpItem(http, batcher)];
}
