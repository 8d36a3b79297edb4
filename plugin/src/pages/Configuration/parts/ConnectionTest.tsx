import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, Icon, Stack, useStyles2, useTheme2 } from '@grafana/ui';
import type { ServiceProblem } from '../../../api/service-problem.ts';
import { wordsText } from '../../../parts/format.ts';
import { ProblemAlert } from '../../../parts/ProblemAlert.tsx';
import { Section } from '../../../parts/Section.tsx';
import { testIds } from '../../../test-ids.ts';
import type { ConnectionReport } from '../useConfigurationPage.ts';
import type { ConnectionCheck } from './connection.ts';

const styles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: theme.spacing(0.5) }),
  more: css({ margin: theme.spacing(1.5, 0, 0.5) }),
  item: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'flex-start' }),
});

function Check({ check }: { check: ConnectionCheck }) {
  const { item } = useStyles2(styles);
  const { colors } = useTheme2();
  return (
    <li className={item}>
      <span style={{ color: check.good ? colors.success.text : colors.error.text }}>
        <Icon name={check.good ? 'check-circle' : 'times-circle'} title={check.good ? 'Good' : 'Failed'} />
      </span>
      <span>
        {wordsText(check.role)} token: {check.text}
      </span>
    </li>
  );
}

function Report({ report }: { report: ConnectionReport }) {
  const { list, item: itemStyle, more } = useStyles2(styles);
  const good = report.checks.every((check) => check.good);
  const unwell = (report.health?.items ?? []).filter((item) => item.state !== 'ok');
  return (
    <Alert
      severity={good ? 'success' : 'error'}
      title={good ? 'The connection works' : 'The connection does not work'}
      role="status"
    >
      <ul className={list}>
        {report.checks.map((check) => (
          <Check key={check.role} check={check} />
        ))}
      </ul>
      {unwell.length > 0 && (
        <>
          <p className={more}>The service says of itself:</p>
          <ul className={list}>
            {unwell.map((item) => (
              <li key={item.name} className={itemStyle}>
                <Icon name="exclamation-triangle" title={item.state} />
                <span>
                  {wordsText(item.name)}: {item.detail}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Alert>
  );
}

interface Props {
  report: ConnectionReport | null;
  problem: ServiceProblem | null;
  busy: boolean;
  onTest: () => void;
}

/** Uses what is saved, through Grafana's proxy, and says of each token whether it works. */
export function ConnectionTest({ report, problem, busy, onTest }: Props) {
  return (
    <Section title="Connection" data-testid={testIds.configuration.test}>
      <Stack direction="column" gap={2} alignItems="flex-start">
        <Button variant="secondary" icon={busy ? 'spinner' : 'heart-rate'} disabled={busy} onClick={onTest}>
          Test connection
        </Button>
        {problem && <ProblemAlert problem={problem} />}
        {report && <Report report={report} />}
      </Stack>
    </Section>
  );
}
