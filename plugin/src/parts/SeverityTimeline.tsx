import React, { useState } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { testIds } from '../test-ids.ts';
import { severitiesDown, severityColour, severityNames } from './severity.ts';
import {
  columnBeside,
  countTicks,
  stackColumns,
  summaryText,
  timeTicks,
  type TimelineColumn,
  type TimelineData,
} from './timeline.ts';

const styles = (theme: GrafanaTheme2) => ({
  frame: css({
    position: 'relative',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
  }),
  axis: css({ fill: theme.colors.text.secondary, fontSize: 11, fontFamily: theme.typography.fontFamily }),
  grid: css({ stroke: theme.colors.border.weak }),
  column: css({ '&:hover rect.hover': { fill: theme.colors.action.hover } }),
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(2),
    paddingLeft: 40,
    height: 24,
    alignItems: 'center',
  }),
  entry: css({
    display: 'flex',
    gap: theme.spacing(0.75),
    alignItems: 'center',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  mark: css({ width: 10, height: 10, borderRadius: 2 }),
  tip: css({
    position: 'absolute',
    top: 4,
    pointerEvents: 'none',
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
    padding: theme.spacing(1),
    fontSize: theme.typography.bodySmall.fontSize,
    zIndex: 1,
  }),
  hidden: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
});

interface Props {
  data: TimelineData;
  width: number;
  height: number;
  timeZone?: string;
}

const margin = { left: 40, right: 12, top: 8, bottom: 20 };
const legendHeight = 24;

/** Time of an axis mark: the day when the period is longer than two. */
function tickText(at: number, data: TimelineData, timeZone?: string): string {
  return dateTimeFormat(at, { format: data.to - data.from > 2 * 86_400_000 ? 'MM-DD' : 'HH:mm', timeZone });
}

function geometry({ data, width, height }: Props) {
  const inner = {
    width: Math.max(10, width - margin.left - margin.right),
    height: Math.max(10, height - legendHeight - margin.top - margin.bottom),
  };
  const columns = stackColumns(data.counts);
  const ticks = countTicks(Math.max(0, ...columns.map((column) => column.total)));
  const top = ticks.at(-1) ?? 1;
  return {
    columns,
    ticks,
    inner,
    x: (at: number) => margin.left + ((at - data.from) / (data.to - data.from)) * inner.width,
    y: (count: number) => margin.top + inner.height * (1 - count / top),
    barWidth: Math.max(2, (data.bucketMs / (data.to - data.from)) * inner.width - 1),
  };
}

function Tip({
  column,
  left,
  flip,
  timeZone,
}: {
  column: TimelineColumn;
  left: number;
  flip: boolean;
  timeZone?: string;
}) {
  const { tip, entry, mark } = useStyles2(styles);
  const theme = useTheme2();
  return (
    <div className={tip} role="status" style={flip ? { right: left } : { left }}>
      <div>{dateTimeFormat(column.at, { timeZone })}</div>
      {[...column.parts].reverse().map((part) => (
        <div key={part.severity} className={entry}>
          <span className={mark} style={{ background: severityColour(theme, part.severity) }} />
          {severityNames[part.severity]} {part.count}
        </div>
      ))}
    </div>
  );
}

/** The same numbers for those who do not see the picture. */
function HiddenTable({ columns, timeZone }: { columns: readonly TimelineColumn[]; timeZone?: string }) {
  const { hidden } = useStyles2(styles);
  return (
    <div className={hidden}>
      <table>
        <caption>Findings by time and severity</caption>
        <tbody>
          {columns.map((column) => (
            <tr key={column.at}>
              <th scope="row">{dateTimeFormat(column.at, { timeZone })}</th>
              <td>{column.parts.map((part) => `${part.severity} ${part.count}`).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Geometry = ReturnType<typeof geometry>;

function Axes({
  data,
  timeZone,
  shape: { ticks, inner, x, y },
}: Pick<Props, 'data' | 'timeZone'> & { shape: Geometry }) {
  const { axis, grid } = useStyles2(styles);
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className={grid} x1={margin.left} x2={margin.left + inner.width} y1={y(tick)} y2={y(tick)} />
          <text className={axis} x={margin.left - 8} y={y(tick) + 4} textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      {timeTicks(data, inner.width / 90).map((at) => (
        <text key={at} className={axis} x={x(at)} y={margin.top + inner.height + 15} textAnchor="middle">
          {tickText(at, data, timeZone)}
        </text>
      ))}
    </>
  );
}

function Bar({
  column,
  shape: { inner, x, y, barWidth },
  chosen,
  onHover,
}: {
  column: TimelineColumn;
  shape: Geometry;
  chosen: boolean;
  onHover: (column: TimelineColumn | null) => void;
}) {
  const { column: columnStyle } = useStyles2(styles);
  const theme = useTheme2();
  const left = x(column.at);
  // The last bucket may reach beyond the period.
  const width = Math.max(1, Math.min(barWidth, margin.left + inner.width - left));
  return (
    <g className={columnStyle} onMouseEnter={() => onHover(column)} onMouseLeave={() => onHover(null)}>
      <rect
        className="hover"
        x={left}
        y={margin.top}
        width={width}
        height={inner.height}
        fill={chosen ? theme.colors.action.hover : 'transparent'}
      />
      {column.parts.map((part) => (
        <rect
          key={part.severity}
          x={left}
          width={width}
          y={y(part.below + part.count)}
          height={y(part.below) - y(part.below + part.count)}
          fill={severityColour(theme, part.severity)}
        />
      ))}
    </g>
  );
}

function Legend({ data }: Pick<Props, 'data'>) {
  const { legend, entry, mark } = useStyles2(styles);
  const theme = useTheme2();
  const present = new Set(data.counts.filter(({ count }) => count > 0).map(({ severity }) => severity));
  return (
    <div className={legend} aria-hidden>
      {severitiesDown
        .filter((severity) => present.has(severity))
        .map((severity) => (
          <span key={severity} className={entry}>
            <span className={mark} style={{ background: severityColour(theme, severity) }} />
            {severityNames[severity]}
          </span>
        ))}
    </div>
  );
}

/** Findings over time as stacked bars, coloured by severity, with a legend; hover names a bar's numbers. */
export function SeverityTimeline(props: Props) {
  const { data, width, height, timeZone } = props;
  const { frame } = useStyles2(styles);
  const [chosenAt, setChosenAt] = useState<number | null>(null);
  const shape = geometry(props);
  const hovered = shape.columns.find(({ at }) => at === chosenAt) ?? null;
  const left = hovered === null ? 0 : shape.x(hovered.at);
  const flip = left > width / 2;
  return (
    <div
      className={frame}
      style={{ width, height }}
      data-testid={testIds.timeline}
      role="group"
      aria-label={`${summaryText(data.counts)}. Arrow keys go from bar to bar.`}
      tabIndex={0}
      onKeyDown={(event) => {
        const times = shape.columns.map(({ at }) => at);
        const next = columnBeside(times, hovered?.at ?? null, event.key);
        if (next !== null) event.preventDefault();
        if (next !== null || event.key === 'Escape') setChosenAt(next);
      }}
      onBlur={() => setChosenAt(null)}
    >
      <svg width={width} height={height - legendHeight} aria-hidden>
        <Axes data={data} timeZone={timeZone} shape={shape} />
        {shape.columns.map((column) => (
          <Bar
            key={column.at}
            column={column}
            shape={shape}
            chosen={column === hovered}
            onHover={(one) => setChosenAt(one?.at ?? null)}
          />
        ))}
      </svg>
      <Legend data={data} />
      {hovered !== null && (
        <Tip
          column={hovered}
          left={flip ? width - left + 8 : left + shape.barWidth + 8}
          flip={flip}
          timeZone={timeZone}
        />
      )}
      <HiddenTable columns={shape.columns} timeZone={timeZone} />
    </div>
  );
}
