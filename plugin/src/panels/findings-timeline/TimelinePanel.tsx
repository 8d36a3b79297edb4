import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import { LoadingState, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { Alert, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import { useFindingTimeline } from '../../api/findings.ts';
import { ResourceView } from '../../parts/ResourceView.tsx';
import { SeverityTimeline } from '../../parts/SeverityTimeline.tsx';
import { bucketSecondsOf, timelineOf, type TimelineData } from '../../parts/timeline.ts';
import { testIds } from '../../test-ids.ts';
import { periodOf, readFrames } from './series.ts';

export interface TimelineOptions {
  showRuns: boolean;
}

type Props = PanelProps<TimelineOptions>;

const styles = (theme: GrafanaTheme2) => ({
  frame: css({ height: '100%', overflow: 'auto' }),
  says: css({
    height: '100%',
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    color: theme.colors.text.secondary,
  }),
});

function Says({ children }: { children: ReactNode }) {
  const { says } = useStyles2(styles);
  return (
    <div className={says} role="status">
      {children}
    </div>
  );
}

function Chart({
  data,
  width,
  height,
  timeZone,
}: Pick<Props, 'width' | 'height' | 'timeZone'> & { data: TimelineData }) {
  if (!data.counts.some(({ count }) => count > 0)) return <Says>No findings in this period.</Says>;
  return <SeverityTimeline data={data} width={width} height={height} timeZone={timeZone} />;
}

/** The panel has no query: the service knows the answer. */
function FromService({ timeRange, options, width, height, timeZone }: Props) {
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const loaded = useFindingTimeline(from, to, bucketSecondsOf(to - from), options.showRuns ? 'include' : 'exclude');
  return (
    <ResourceView loaded={loaded} what="findings">
      {(answer) => <Chart data={timelineOf(answer, from, to)} width={width} height={height} timeZone={timeZone} />}
    </ResourceView>
  );
}

function FromQuery({ data, timeRange, width, height, timeZone }: Props) {
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  if (data.series.length === 0 && data.state === LoadingState.Loading) return <LoadingPlaceholder text="" />;
  if (data.state === LoadingState.Error) {
    const reason = data.errors?.[0]?.message ?? 'The data source did not say why.';
    return (
      <Alert severity="error" title="The query failed">
        {reason}
      </Alert>
    );
  }
  const reading = readFrames(data.series);
  if (reading.kind === 'unreadable') {
    return (
      <Alert severity="info" title="The query has not the columns that are needed">
        A time, and either one number per severity (columns named informational, low, medium, high, critical) or a
        column named severity and a number named count.
      </Alert>
    );
  }
  const period = periodOf(reading.counts, from, to, bucketSecondsOf(to - from) * 1000);
  return <Chart data={period} width={width} height={height} timeZone={timeZone} />;
}

/** What a query gives is shown, be it nothing; the service is asked only when there is no query at all. */
export function TimelinePanel(props: Props) {
  const { frame } = useStyles2(styles);
  const { series, request } = props.data;
  const queried = series.length > 0 || (request?.targets.some((target) => target.hide !== true) ?? false);
  return (
    <div className={frame} data-testid={testIds.timelinePanel}>
      {queried ? <FromQuery {...props} /> : <FromService {...props} />}
    </div>
  );
}
