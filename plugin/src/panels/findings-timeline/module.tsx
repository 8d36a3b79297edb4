import { PanelPlugin } from '@grafana/data';
import { TimelinePanel, type TimelineOptions } from './TimelinePanel.tsx';

/** The nested panel: findings over time, stacked by severity. */
export const plugin = new PanelPlugin<TimelineOptions>(TimelinePanel).setPanelOptions((builder) =>
  builder.addBooleanSwitch({
    path: 'showRuns',
    name: 'Show scenario runs',
    description: 'Counts findings of scenario runs too. Has an effect only while the panel has no query.',
    defaultValue: false,
  })
);
