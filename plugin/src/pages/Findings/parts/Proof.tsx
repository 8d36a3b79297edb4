import React, { useState } from 'react';
import { Collapse, Stack } from '@grafana/ui';
import type { FindingDetail } from '../../../api/findings.ts';
import { CodeText } from '../../../parts/CodeText.tsx';
import { Section } from '../../../parts/Section.tsx';
import { testIds } from '../../../test-ids.ts';

function RuleSource({ source }: { source: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Collapse label="The rule, as it was when it fired" isOpen={open} onToggle={setOpen}>
      <CodeText text={source} what="the rule" />
    </Collapse>
  );
}

/** The query that shows the rows, to be run by anybody who doubts, and the rule's own text. */
export function Proof({ detail: { query, rule } }: { detail: FindingDetail }) {
  const params =
    Object.keys(query.params).length === 0 ? '' : `\n\n-- parameters\n${JSON.stringify(query.params, null, 2)}`;
  return (
    <Section title="The query that shows these lines">
      <Stack direction="column" gap={1}>
        <CodeText text={query.sql + params} what="the query" data-testid={testIds.findings.query} />
        {rule.source !== null && <RuleSource source={rule.source} />}
      </Stack>
    </Section>
  );
}
