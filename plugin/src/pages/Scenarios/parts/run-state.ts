import type { BadgeColor } from '@grafana/ui';
import type { IconName } from '@grafana/data';
import type { ScenarioRun, Verdict } from '@loglake/contract/scenario';
import { pluralText } from '../../../parts/format.ts';

interface Look {
  readonly text: string;
  readonly color: BadgeColor;
  readonly icon: IconName;
}

const stateLooks: Record<ScenarioRun['state'], Look> = {
  playing: { text: 'Playing', color: 'blue', icon: 'play' },
  paused: { text: 'Paused', color: 'orange', icon: 'pause' },
  settling: { text: 'Waiting for findings', color: 'blue', icon: 'hourglass' },
  finished: { text: 'Finished', color: 'darkgrey', icon: 'check' },
  stopped: { text: 'Stopped', color: 'darkgrey', icon: 'square-shape' },
  failed: { text: 'Broke off', color: 'red', icon: 'exclamation-circle' },
  removed: { text: 'Removed', color: 'darkgrey', icon: 'trash-alt' },
};

/** How a run stands: its verdict once there is one, else its state. */
export function lookOfRun({ state, verdict }: Pick<ScenarioRun, 'state' | 'verdict'>): Look {
  if (state !== 'finished' || verdict === null) return stateLooks[state];
  return verdict.passed
    ? { text: 'Passed', color: 'green', icon: 'check-circle' }
    : { text: 'Failed', color: 'red', icon: 'times-circle' };
}

/** What a person may ask of a run in its state; the service decides again. */
export function controlsOf(state: ScenarioRun['state']) {
  return {
    pause: state === 'playing',
    resume: state === 'paused',
    stop: state === 'playing' || state === 'paused' || state === 'settling',
    speed: state === 'playing' || state === 'paused',
    remove: state === 'finished' || state === 'stopped' || state === 'failed',
  };
}

/** Lines sent, 0 to 100, whole; 100 only when all are. */
export function percentOf({ sent, total }: Pick<ScenarioRun, 'sent' | 'total'>): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor((sent / total) * 100));
}

/** One sentence on a verdict: `2 of 3 expected findings fired in time. 1 unexpected finding.` */
export function verdictText({ expected, unexpected }: Verdict): string {
  const onTime = expected.filter((entry) => entry.onTime).length;
  const late = expected.filter((entry) => entry.fired && !entry.onTime).length;
  const sentences = [
    `${onTime} of ${pluralText(expected.length, 'expected finding')} fired in time.`,
    late > 0 ? `${late} fired too late.` : '',
    unexpected.length > 0 ? `${pluralText(unexpected.length, 'unexpected finding')}.` : 'Nothing unexpected.',
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
