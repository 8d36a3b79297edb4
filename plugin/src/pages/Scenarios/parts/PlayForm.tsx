import React, { useId, useState, type SyntheticEvent } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Field, Input, useStyles2 } from '@grafana/ui';
import type { ScenarioSummary } from '@loglake/contract/scenario';
import { durationText } from '../../../parts/format.ts';
import { tableStyles } from '../../../parts/table-styles.ts';
import { parsePlayInput, playedMs, seedMax } from './speed.ts';
import { SpeedField } from './SpeedField.tsx';

const styles = (theme: GrafanaTheme2) => ({
  form: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2), alignItems: 'flex-end' }),
  end: css({ display: 'flex', gap: theme.spacing(1.5), alignItems: 'center', flexWrap: 'wrap' }),
});

interface Props {
  scenario: ScenarioSummary;
  busy: boolean;
  /** Why this cannot be played by this person, or at all; null when it can. */
  refusal: string | null;
  onPlay: (request: { speed: number; seed: number }) => void;
}

/** Speed and seed of a run to be started, and the button that starts it. */
export function PlayForm({ scenario, busy, refusal, onPlay }: Props) {
  const { form, end } = useStyles2(styles);
  const { secondary } = useStyles2(tableStyles);
  const [speed, setSpeed] = useState('10');
  const [seed, setSeed] = useState('1');
  const seedId = useId();
  const input = parsePlayInput(speed, seed);
  const problems = input.kind === 'invalid' ? input : { speed: undefined, seed: undefined };
  const disabled = refusal !== null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    // A button with a tooltip is only marked as disabled, and Enter would still submit.
    if (!disabled && !busy && input.kind === 'valid') onPlay(input.request);
  };
  return (
    <form className={form} onSubmit={submit} noValidate aria-label={`Play ${scenario.title}`}>
      <SpeedField value={speed} disabled={disabled} problem={problems.speed} onChange={setSpeed} />
      <Field noMargin label="Seed" htmlFor={seedId} invalid={problems.seed !== undefined} error={problems.seed}>
        <Input
          id={seedId}
          type="number"
          width={14}
          min={0}
          max={seedMax}
          step={1}
          value={seed}
          disabled={disabled}
          onChange={(event) => setSeed(event.currentTarget.value)}
        />
      </Field>
      <div className={end}>
        <Button
          type="submit"
          icon={busy ? 'spinner' : 'play'}
          disabled={disabled || busy || input.kind === 'invalid'}
          tooltip={refusal ?? undefined}
        >
          Play scenario
        </Button>
        <span className={secondary}>
          {refusal ??
            (input.kind === 'valid' && `Takes ${durationText(playedMs(scenario.durationMs, input.request.speed))}`)}
        </span>
      </div>
    </form>
  );
}
