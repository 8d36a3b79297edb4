import type { GapCause, LedgerGap, LedgerStatus } from '@loglake/contract/source';
import { durationText, pluralText } from '../../../parts/format.ts';

/** How far detection has read, as one sentence. */
export function readText(status: LedgerStatus): string {
  const { lagSeconds, waitingRows, writer } = status;
  if (lagSeconds === null) {
    return writer === ''
      ? 'This service does not read now, and it knows of no other that does.'
      : `Another service reads what arrives (${writer}); this one takes over when that ends.`;
  }
  const read =
    lagSeconds < 1
      ? 'Everything that has arrived has been read'
      : `Everything that arrived up to ${durationText(lagSeconds * 1000)} ago has been read`;
  return waitingRows === '0' ? `${read}.` : `${read}; about ${pluralText(waitingRows, 'row')} wait.`;
}

const causes: Record<GapCause, string> = {
  range_failed: 'reading failed',
  store_unavailable: 'the store was away',
  service_down: 'no service was reading',
  backlog: 'more arrives than is read',
};

/** How much of a gap is filled, in whole percent that never say 100 too early; null where nobody counts. */
export function filledPercent({ rows, ofRows }: LedgerGap): number | null {
  if (ofRows === null || ofRows === '0') return null;
  return Math.max(0, Math.min(99, Math.floor(100 - (100 * Number(rows)) / Number(ofRows))));
}

function span({ since, until }: LedgerGap, timeText: (at: string) => string): string {
  if (since !== null && until !== null) return `${timeText(since)} to ${timeText(until)}, `;
  if (since !== null) return `since ${timeText(since)}, `;
  return until === null ? '' : `before ${timeText(until)}, `;
}

/** What was left out, why, and what becomes of it, as one sentence. `timeText` gives a moment as people read it. */
export function gapText(gap: LedgerGap, timeText: (at: string) => string): string {
  const percent = filledPercent(gap);
  const next =
    gap.nextTryAt === null
      ? percent === null
        ? 'being read in turn'
        : `being filled, ${percent} %`
      : `tried again at ${timeText(gap.nextTryAt)}`;
  const detail = gap.detail === '' ? '' : ` (${gap.detail})`;
  return `Not read: ${span(gap, timeText)}${causes[gap.cause]}${detail}; about ${pluralText(gap.rows, 'row')}, ${next}.`;
}
