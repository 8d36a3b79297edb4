import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, Stack, useStyles2 } from '@grafana/ui';
import type { FindingDetail } from '../../../api/findings.ts';
import { At } from '../../../parts/Ago.tsx';
import { tagText } from '../../../parts/attack.ts';
import { countText, groupText } from '../../../parts/format.ts';
import { Section } from '../../../parts/Section.tsx';

const styles = (theme: GrafanaTheme2) => ({
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(0.5, 2),
    margin: 0,
    dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  lead: css({ fontSize: theme.typography.h5.fontSize, margin: 0 }),
  plain: css({ margin: 0, paddingLeft: theme.spacing(2.5) }),
});

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Names({ name, values }: { name: string; values: readonly string[] }) {
  return values.length === 0 ? null : <Fact name={name}>{values.join(', ')}</Fact>;
}

function Facts({ detail: { finding, rule } }: { detail: FindingDetail }) {
  const { facts } = useStyles2(styles);
  return (
    <dl className={facts}>
      <Fact name="Rule">
        {rule.title} <small>{rule.id}</small>
      </Fact>
      <Fact name="What it means">{rule.description}</Fact>
      {Object.keys(finding.group).length > 0 && <Fact name="Group">{groupText(finding.group)}</Fact>}
      <Names name="Hosts" values={finding.hosts} />
      <Names name="Users" values={finding.users} />
      <Names name="Source addresses" values={finding.srcIps} />
      <Names name="Destination addresses" values={finding.dstIps} />
      <Fact name="First to last">
        <At at={finding.firstSeen} /> to <At at={finding.lastSeen} />
      </Fact>
      <Fact name="Matches">
        {countText(finding.count)}
        {finding.lateCount !== '0' && `, ${countText(finding.lateCount)} of them arrived late`}
      </Fact>
      {finding.supersededBy !== null && <Fact name="Joined into">{finding.supersededBy}</Fact>}
    </dl>
  );
}

/** Why the finding exists: the sentence, the rule, ATT&CK, and what else it could be. */
export function WhyItFired({ detail }: { detail: FindingDetail }) {
  const { lead, plain } = useStyles2(styles);
  const { finding, rule } = detail;
  return (
    <Section title="Why it fired">
      <Stack direction="column" gap={2}>
        <p className={lead}>{detail.explanation}</p>
        <Facts detail={detail} />
        {finding.tags.length > 0 && (
          <Stack gap={0.5} wrap="wrap">
            {finding.tags.map((tag) => (
              <Badge key={tag} text={tagText(tag)} color="purple" />
            ))}
          </Stack>
        )}
        {rule.falsePositives.length > 0 && (
          <div>
            <strong>Known false positives</strong>
            <ul className={plain}>
              {rule.falsePositives.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </div>
        )}
      </Stack>
    </Section>
  );
}
