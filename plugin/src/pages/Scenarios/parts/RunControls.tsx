import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { ScenarioRun } from '@loglake/contract/scenario';
import { mayCall, refusedText } from '../../../app/permission.ts';
import type { RunControl } from '../../../api/scenarios.ts';
import { controlsOf } from './run-state.ts';
import { parsePlayInput, speedText } from './speed.ts';
import { SpeedField } from './SpeedField.tsx';

const styles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'flex-end' }),
  form: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    alignItems: 'flex-end',
    marginLeft: theme.spacing(1),
  }),
});

interface Props {
  run: ScenarioRun;
  busy: boolean;
  onControl: (control: RunControl) => void;
}

function SpeedControl({ run, busy, refusal, onControl }: Props & { refusal: string | undefined }) {
  const { form } = useStyles2(styles);
  const [typed, setTyped] = useState<string | null>(null);
  const value = typed ?? String(run.speed);
  const input = parsePlayInput(value, '0');
  const speed = input.kind === 'valid' ? input.request.speed : null;
  const disabled = refusal !== undefined;
  return (
    <form
      className={form}
      aria-label="Speed of this run"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (disabled || busy || speed === null) return;
        setTyped(null);
        onControl({ kind: 'speed', speed });
      }}
    >
      <SpeedField
        value={value}
        disabled={disabled}
        problem={input.kind === 'invalid' ? input.speed : undefined}
        onChange={setTyped}
      />
      <Button
        type="submit"
        variant="secondary"
        disabled={disabled || busy || speed === null || speed === run.speed}
        tooltip={refusal}
      >
        {speed === null || speed === run.speed ? 'Change speed' : `Go on at ${speedText(speed)}`}
      </Button>
    </form>
  );
}

/** Pause or resume, stop, and another speed, as the state of the run allows. */
export function RunControls({ run, busy, onControl }: Props) {
  const { row } = useStyles2(styles);
  const can = controlsOf(run.state);
  if (!can.stop) return null;
  const refusal = mayCall('controlScenarioRun') ? undefined : refusedText.triager;
  const disabled = busy || refusal !== undefined;
  return (
    <div className={row}>
      {can.pause && (
        <Button
          icon="pause"
          variant="secondary"
          disabled={disabled}
          tooltip={refusal}
          onClick={() => onControl({ kind: 'pause' })}
        >
          Pause
        </Button>
      )}
      {can.resume && (
        <Button icon="play" disabled={disabled} tooltip={refusal} onClick={() => onControl({ kind: 'resume' })}>
          Resume
        </Button>
      )}
      <Button
        icon="square-shape"
        variant="secondary"
        disabled={disabled}
        tooltip={refusal}
        onClick={() => onControl({ kind: 'stop' })}
      >
        Stop
      </Button>
      {can.speed && <SpeedControl run={run} busy={busy} refusal={refusal} onControl={onControl} />}
    </div>
  );
}
