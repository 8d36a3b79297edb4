import { useEffect, useState } from 'react';
import {
  EventBusSrv,
  LoadingState,
  getDefaultTimeRange,
  type PanelData,
  type PanelPlugin,
  type PanelProps,
} from '@grafana/data';
import type { PanelRendererProps } from '@grafana/runtime';
import { Alert, LoadingPlaceholder } from '@grafana/ui';
import { loadPanel } from './plugins.ts';

type Loaded = { plugin: PanelPlugin } | { error: string } | null;

function usePanel(id: string): Loaded {
  const [loaded, setLoaded] = useState<Loaded>(null);
  useEffect(() => {
    let gone = false;
    const settle = (result: Loaded) => {
      if (!gone) setLoaded(result);
    };
    loadPanel(id).then(
      (plugin) => settle({ plugin }),
      (error: unknown) => settle({ error: String(error) })
    );
    return () => {
      gone = true;
    };
  }, [id]);
  return loaded;
}

const noData = (): PanelData => ({ state: LoadingState.Done, series: [], timeRange: getDefaultTimeRange() });

/** Renders a nested panel plugin with its default options, as a dashboard would. */
export function PanelRenderer(props: PanelRendererProps) {
  const loaded = usePanel(props.pluginId);
  const [data] = useState(noData);
  const [events] = useState(() => new EventBusSrv());
  if (loaded === null) return <LoadingPlaceholder text="Loading the panel" />;
  if ('error' in loaded)
    return (
      <Alert severity="error" title="The panel could not be loaded">
        {loaded.error}
      </Alert>
    );
  const Panel = loaded.plugin.panel;
  if (Panel === null) return <Alert severity="error" title="The panel has nothing to show" />;
  const shown = props.data ?? data;
  const panelProps: PanelProps = {
    id: 1,
    data: shown,
    timeRange: shown.timeRange,
    timeZone: props.timeZone ?? 'browser',
    options: { ...loaded.plugin.defaults, ...props.options },
    fieldConfig: props.fieldConfig ?? { defaults: {}, overrides: [] },
    transparent: false,
    width: props.width,
    height: props.height,
    renderCounter: 0,
    title: props.title,
    eventBus: events,
    onOptionsChange: props.onOptionsChange ?? (() => undefined),
    onFieldConfigChange: () => undefined,
    onChangeTimeRange: props.onChangeTimeRange ?? (() => undefined),
    replaceVariables: (text) => text,
  };
  return <Panel {...panelProps} />;
}
