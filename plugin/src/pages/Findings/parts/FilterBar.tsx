import React, { useEffect, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, FilterInput, InlineSwitch, MultiCombobox, Spinner, useStyles2 } from '@grafana/ui';
import { findingStates } from '@loglake/contract/finding';
import { severitiesDown, severityNames } from '../../../parts/severity.ts';
import { stateNames } from '../../../parts/StateBadge.tsx';
import type { FindingsFilter } from '../filter-url.ts';

const styles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'center' }),
  text: css({ flex: '1 1 240px', minWidth: 200, maxWidth: 420 }),
  pick: css({ flex: '1 1 280px', minWidth: 220, maxWidth: 400 }),
});

const stateOptions = findingStates.map((value) => ({ value, label: stateNames[value] }));
const severityOptions = severitiesDown.map((value) => ({ value, label: severityNames[value] }));

interface Props {
  filter: FindingsFilter;
  onChange: (change: Partial<FindingsFilter>) => void;
  busy: boolean;
}

/** Text that is passed on when typing pauses. */
function TextFilter({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  // The address may change under us: back, or "show all".
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => onChange(typed), 300);
    return () => clearTimeout(timer);
  }, [typed, text, onChange]);
  return (
    <FilterInput
      aria-label="Text"
      placeholder="Title, host, user or address"
      value={typed}
      onChange={setTyped}
      maxLength={200}
      escapeRegex={false}
    />
  );
}

/** Only these findings: text, state, severity, one run or rule, with or without scenario runs. */
export function FilterBar({ filter, onChange, busy }: Props) {
  const { bar, text, pick } = useStyles2(styles);
  return (
    <div className={bar} role="search" aria-label="Filter findings">
      <div className={text}>
        <TextFilter text={filter.text} onChange={(typed) => onChange({ text: typed })} />
      </div>
      <div className={pick}>
        <MultiCombobox
          aria-label="State"
          placeholder="Any state"
          options={stateOptions}
          value={[...filter.states]}
          onChange={(chosen) => onChange({ states: chosen.map(({ value }) => value) })}
        />
      </div>
      <div className={pick}>
        <MultiCombobox
          aria-label="Severity"
          placeholder="Any severity"
          options={severityOptions}
          value={[...filter.severities]}
          onChange={(chosen) => onChange({ severities: chosen.map(({ value }) => value) })}
        />
      </div>
      <InlineSwitch
        id="show-runs"
        label="Show scenario runs"
        showLabel
        value={filter.showRuns}
        onChange={(event) => onChange({ showRuns: event.currentTarget.checked })}
      />
      {filter.runId !== '' && (
        <Button
          variant="secondary"
          icon="times"
          onClick={() => onChange({ runId: '' })}
          tooltip="Show other findings too"
        >
          Run {filter.runId.slice(0, 8)}
        </Button>
      )}
      {filter.ruleId !== '' && (
        <Button
          variant="secondary"
          icon="times"
          onClick={() => onChange({ ruleId: '' })}
          tooltip="Show other rules too"
        >
          One rule
        </Button>
      )}
      {busy && <Spinner />}
    </div>
  );
}
