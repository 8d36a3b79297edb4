import type { GapCause, HealthItem } from '@loglake/contract/source';
import type { RuleSet } from './evaluate-range.ts';
import type { Gap, GapNotes } from './gap.ts';
import type { Progress } from './look.ts';
import type { LeaseView } from './writer-lease.ts';

/** Behind by more than this, milliseconds, is a warning; by ten times as much a failure. */
const lagWarningMs = 30_000;

export interface DetectionState {
  readonly progress: Progress;
  readonly nowMs: number;
  readonly intervalMs: number;
  readonly set: RuleSet;
  /** Who else is the writer; undefined when this process is. */
  readonly standby: LeaseView | undefined;
  readonly notes: GapNotes;
}

/** Lag, gaps and broken rules, each with a sentence. A stand-by answers for its rules only. */
export function healthOf(state: DetectionState): HealthItem[] {
  const { standby } = state;
  if (standby === undefined) return [lagItem(state), gapItem(state), ruleItem(state)];
  const detail = `Another service is the writer (${standby.owner}); this one takes over when it ends.`;
  return [{ name: 'detection.lag', state: 'ok', detail, value: null }, ruleItem(state)];
}

function lagItem({ progress, nowMs, intervalMs }: DetectionState): HealthItem {
  const lagMs = Math.max(0, nowMs - progress.caughtUpMs - intervalMs);
  const lagState = lagMs > 10 * lagWarningMs ? 'failing' : lagMs > lagWarningMs ? 'warning' : 'ok';
  const { now, later } = progress.waiting;
  const rows = [...now, ...later].reduce((sum, { rowsGuess }) => sum + rowsGuess, 0);
  const read = `Everything that had arrived ${Math.round(lagMs / 1000)} s ago has been read`;
  const detail =
    progress.lastError === ''
      ? rows === 0
        ? `${read}.`
        : `${read}; about ${rows} rows wait.`
      : `The last look failed: ${progress.lastError}. About ${rows} rows wait; they are read when it works again.`;
  return {
    name: 'detection.lag',
    state: progress.lastError === '' ? lagState : 'failing',
    detail,
    value: lagMs / 1000,
  };
}

const causes: Record<GapCause, string> = {
  range_failed: 'could not be read and are tried again',
  store_unavailable: 'arrived while the store did not answer',
  service_down: 'arrived while no service was reading',
  backlog: 'wait because more arrives than is read',
};

function gapItem({ progress, notes }: DetectionState): HealthItem {
  const gaps = notes.gaps(progress.waiting, progress.failures);
  const lines = Object.entries(causes).flatMap(([cause, words]) => {
    const of = gaps.filter((gap) => gap.cause === cause);
    return of.length === 0 ? [] : [`About ${rowsOf(of)} rows ${words}${detailsOf(of)}.`];
  });
  return {
    name: 'detection.gaps',
    state: gaps.length === 0 ? 'ok' : 'warning',
    detail: gaps.length === 0 ? 'Nothing that arrived is left out.' : lines.join(' '),
    value: gaps.length,
  };
}

const rowsOf = (gaps: readonly Gap[]): number => gaps.reduce((sum, { rows }) => sum + rows, 0);

function detailsOf(gaps: readonly Gap[]): string {
  const details = [...new Set(gaps.map(({ detail }) => detail).filter((detail) => detail !== ''))];
  return details.length === 0 ? '' : `: ${details.slice(0, 3).join('; ')}`;
}

function ruleItem({ progress, set }: DetectionState): HealthItem {
  const broken = [...progress.ruleErrors].filter(([id]) => set.byId.has(id));
  return {
    name: 'detection.rules',
    state: broken.length === 0 ? 'ok' : 'warning',
    detail:
      broken.length === 0
        ? `${set.rules.length} rules run without errors.`
        : `Rules with errors: ${broken.map(([id, error]) => `${set.byId.get(id)?.meta.title ?? id}: ${error}`).join('; ')}`,
    value: broken.length,
  };
}
