import React from 'react';
import type { FindingCounts } from '../../../api/findings.ts';
import { Section } from '../../../parts/Section.tsx';
import { SeverityTimeline } from '../../../parts/SeverityTimeline.tsx';
import { timelineOf } from '../../../parts/timeline.ts';
import { useWidth } from '../../../parts/use-width.ts';

/** Findings by the time they were first seen. */
export function Timeline({ counts }: { counts: FindingCounts }) {
  const [ref, width] = useWidth();
  return (
    <Section title="First seen">
      <div ref={ref} style={{ height: 240 }}>
        {width > 0 && (
          <SeverityTimeline data={timelineOf(counts.timeline, counts.from, counts.to)} width={width} height={240} />
        )}
      </div>
    </Section>
  );
}
