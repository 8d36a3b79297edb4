import React from 'react';
import { Badge, Button, Drawer, Stack } from '@grafana/ui';
import { mayCall, refusedText } from '../../../app/permission.ts';
import { useFinding, useFindingHistory, type FindingDetail } from '../../../api/findings.ts';
import { ResourceView } from '../../../parts/ResourceView.tsx';
import { SeverityBadge } from '../../../parts/SeverityBadge.tsx';
import { StateBadge } from '../../../parts/StateBadge.tsx';
import { testIds } from '../../../test-ids.ts';
import { useTriage, type Triage } from '../useTriage.ts';
import { ActionButtons } from './ActionButtons.tsx';
import { Evidence } from './Evidence.tsx';
import { FindingHistorySection } from './FindingHistorySection.tsx';
import { Proof } from './Proof.tsx';
import { TriageOutcomes } from './TriageOutcomes.tsx';
import { WhyItFired } from './WhyItFired.tsx';

function Subtitle({ finding }: Pick<FindingDetail, 'finding'>) {
  return (
    <Stack gap={2} alignItems="center" wrap="wrap">
      <SeverityBadge severity={finding.severity} />
      <StateBadge state={finding.state} closeReason={finding.closeReason} />
      <span>Risk {finding.risk}</span>
      <span>{finding.assignee === null ? 'Nobody assigned' : `Assigned to ${finding.assignee}`}</span>
      {finding.runId !== '' && <Badge text="Scenario run" color="purple" />}
    </Stack>
  );
}

function Actions({ finding, triage }: Pick<FindingDetail, 'finding'> & { triage: Triage }) {
  const allowed = mayCall('triageFindings');
  return (
    <Stack gap={1} wrap="wrap" alignItems="center">
      <ActionButtons findings={[finding]} busy={triage.busy} onAct={(action) => void triage.act([finding], action)} />
      {finding.state === 'new' && (
        <Button
          size="sm"
          variant="secondary"
          icon="layer-group"
          disabled={!allowed || triage.busy}
          tooltip={allowed ? 'All open findings of this rule and this group' : refusedText.triager}
          onClick={() => void triage.actOnGroup(finding, { kind: 'acknowledge' })}
        >
          Acknowledge group
        </Button>
      )}
    </Stack>
  );
}

/** One finding in full, beside the list: why it fired, the rows that prove it, what was done about it. */
export function FindingDrawer({ findingId, onClose }: { findingId: string; onClose: () => void }) {
  const detail = useFinding(findingId);
  const history = useFindingHistory(findingId);
  const triage = useTriage(() => {
    detail.reload();
    history.reload();
  });
  const ready = detail.resource.state === 'ready' ? detail.resource.data : null;
  return (
    <Drawer
      title={ready?.finding.title ?? 'Finding'}
      subtitle={ready && <Subtitle finding={ready.finding} />}
      size="lg"
      onClose={onClose}
    >
      <div data-testid={testIds.findings.detail}>
        <ResourceView loaded={detail} what="the finding">
          {(data) => (
            <Stack direction="column" gap={2}>
              <Actions finding={data.finding} triage={triage} />
              <TriageOutcomes triage={triage} />
              <WhyItFired detail={data} />
              <Evidence detail={data} />
              <Proof detail={data} />
              <FindingHistorySection history={history} />
            </Stack>
          )}
        </ResourceView>
      </div>
    </Drawer>
  );
}
