import React, { useId } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Field, Input, useStyles2 } from '@grafana/ui';
import { parseSpeed, speedMax, speedMin, speedPresets, speedText } from './speed.ts';

const styles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5), alignItems: 'center' }),
});

interface Props {
  /** As typed. */
  value: string;
  disabled: boolean;
  problem: string | undefined;
  onChange: (value: string) => void;
}

interface InputProps extends Omit<Props, 'problem'> {
  id: string;
  /** Field gives it to its child. */
  invalid?: boolean;
}

function SpeedInput({ id, value, disabled, invalid = false, onChange }: InputProps) {
  const { row } = useStyles2(styles);
  const speed = parseSpeed(value);
  return (
    <div className={row}>
      <Input
        id={id}
        type="number"
        width={12}
        min={speedMin}
        max={speedMax}
        step="any"
        suffix="×"
        value={value}
        disabled={disabled}
        invalid={invalid}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {speedPresets.map((preset) => (
        <Button
          key={preset}
          variant={speed === preset ? 'accent' : 'secondary'}
          fill={speed === preset ? 'outline' : 'solid'}
          aria-pressed={speed === preset}
          disabled={disabled}
          onClick={() => onChange(String(preset))}
        >
          {speedText(preset)}
        </Button>
      ))}
    </div>
  );
}

/** A speed from 0.1 to 100: typed, or one of the presets. */
export function SpeedField({ value, disabled, problem, onChange }: Props) {
  const id = useId();
  return (
    <Field noMargin label="Speed" htmlFor={id} invalid={problem !== undefined} error={problem}>
      <SpeedInput id={id} value={value} disabled={disabled} onChange={onChange} />
    </Field>
  );
}
