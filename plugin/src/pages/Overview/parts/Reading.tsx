import React from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Badge, Icon, useStyles2 } from '@grafana/ui';
import type { LedgerStatus } from '@loglake/contract/source';
import type { Loaded } from '../../../api/use-resource.ts';
import { Ago } from '../../../parts/Ago.tsx';
import { ResourceView } from '../../../parts/ResourceView.tsx';
import { Section } from '../../../parts/Section.tsx';
import { testIds } from '../../../test-ids.ts';
import { gapText, readText } from './reading-text.ts';

const styles = (theme: GrafanaTheme2) => ({
  list: css({ margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: theme.spacing(1) }),
  line: css({ display: 'flex', gap: theme.spacing(1), overflowWrap: 'anywhere', minWidth: 0 }),
  quiet: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  ok: css({ color: theme.colors.success.text }),
  warning: css({ color: theme.colors.warning.text }),
  failing: css({ color: theme.colors.error.text }),
});

const timeText = (at: string): string => dateTimeFormat(at, { format: 'YYYY-MM-DD HH:mm' });
/** A lag in seconds from which it is worth a look; the service's own health warns from there too. */
const lagWarning = 30;

const isLate = ({ lagSeconds }: LedgerStatus): boolean => lagSeconds !== null && lagSeconds > lagWarning;

function Lines({ status }: { status: LedgerStatus }) {
  const { list, line, quiet, ok, warning, failing } = useStyles2(styles);
  const late = isLate(status);
  return (
    <ul className={list}>
      <li className={line}>
        <Icon name={late ? 'clock-nine' : 'check'} className={late ? warning : ok} />
        <span>{readText(status)}</span>
      </li>
      {status.lastError !== '' && (
        <li className={line}>
          <Icon name="times-circle" className={failing} />
          <span>The last look failed: {status.lastError}. It is tried again; nothing that arrived is lost.</span>
        </li>
      )}
      {status.gaps.map((gap) => (
        <li key={gap.cause} className={line}>
          <Icon name="exclamation-triangle" className={warning} />
          <span>{gapText(gap, timeText)}</span>
        </li>
      ))}
      {status.gaps.length === 0 && status.lagSeconds !== null && (
        <li className={line}>
          <Icon name="check" className={ok} />
          <span>No gaps: nothing that arrived is left out.</span>
        </li>
      )}
      {status.rules.map((rule) => (
        <li key={rule.id} className={line}>
          <Icon name={rule.quarantined ? 'pause-circle' : 'exclamation-triangle'} className={warning} />
          <span>
            {rule.quarantined ? 'Rule held back: ' : 'Rule with errors: '}
            <strong>{rule.title}</strong>
            <div className={quiet}>
              {rule.reason}
              {rule.since !== null && (
                <>
                  {' · '}
                  <Ago at={rule.since} />
                </>
              )}
              {rule.quarantined && ' · it decides nothing until it is changed or an administrator releases it'}
            </div>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Whether anything that arrived was not looked at, in plain words. */
export function Reading({ ledger }: { ledger: Loaded<LedgerStatus> }) {
  const status = ledger.resource.state === 'ready' ? ledger.resource.data : null;
  const looked = status !== null && (status.gaps.length > 0 || status.rules.length > 0 || isLate(status));
  return (
    <Section
      title="What has been read"
      data-testid={testIds.overview.reading}
      actions={
        status !== null &&
        (status.lastError !== '' ? (
          <Badge text="Failing" color="red" icon="times-circle" />
        ) : looked ? (
          <Badge text="Needs a look" color="orange" icon="exclamation-triangle" />
        ) : (
          <Badge text="Complete" color="green" icon="check" />
        ))
      }
    >
      <ResourceView loaded={ledger} what="the ledger">
        {(data) => <Lines status={data} />}
      </ResourceView>
    </Section>
  );
}
