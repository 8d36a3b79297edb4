import { Component, useEffect, useState, type ReactNode } from 'react';
import { FieldType, LoadingState, dateTime, toDataFrame, type AppPlugin, type PanelData } from '@grafana/data';
import { PanelRenderer, PluginPage } from '@grafana/runtime';
import { Alert, LoadingPlaceholder, PanelChrome } from '@grafana/ui';
import { useLocation, useParams } from 'react-router';
import { appMeta, boot } from './boot.ts';
import { loadApp } from './plugins.ts';

type Loaded = { plugin: AppPlugin } | { error: string } | null;

function useApp(): Loaded {
  const [loaded, setLoaded] = useState<Loaded>(null);
  useEffect(() => {
    loadApp().then(
      (plugin) => setLoaded({ plugin }),
      (error: unknown) => setLoaded({ error: String(error) })
    );
  }, []);
  return loaded;
}

/** Shows what a plugin throws while it renders, instead of an empty page. */
class Boundary extends Component<{ children: ReactNode }, { error: string | null }> {
  override state: { error: string | null } = { error: null };
  static getDerivedStateFromError(error: unknown) {
    return { error: String(error) };
  }
  override render() {
    const { error } = this.state;
    return error === null ? (
      this.props.children
    ) : (
      <Alert severity="error" title="The plugin failed">
        {error}
      </Alert>
    );
  }
}

function WithApp({ render }: { render: (plugin: AppPlugin) => ReactNode }) {
  const loaded = useApp();
  if (loaded === null) return <LoadingPlaceholder text="Loading the plugin" />;
  if ('error' in loaded)
    return (
      <Alert severity="error" title="The plugin could not be loaded">
        {loaded.error}
      </Alert>
    );
  return <Boundary>{render(loaded.plugin)}</Boundary>;
}

/** /a/<id>/*: the app's root page. */
export function AppPage() {
  const { pathname, search } = useLocation();
  const meta = appMeta();
  // Grafana still passes these; plugins are told to use the router instead.
  const props = {
    meta,
    basename: `/a/${meta.id}`,
    path: pathname,
    query: Object.fromEntries(new URLSearchParams(search)),
    onNavChanged: () => undefined,
  };
  return <WithApp render={({ root: Root }) => (Root === undefined ? null : <Root {...props} />)} />;
}

/** /plugins/<id>: the app's first configuration page. */
export function ConfigurationPage() {
  return (
    <PluginPage pageNav={{ text: appMeta().name, subTitle: 'Configuration' }}>
      <WithApp
        render={(plugin) => {
          const page = plugin.configPages?.[0];
          if (page === undefined) return null;
          const Body = page.body;
          return <Body plugin={plugin} query={{}} />;
        }}
      />
    </PluginPage>
  );
}

/** Three hours of two severities, in the shape that the panel's documentation asks of a query. */
function exampleData(): PanelData {
  const end = Date.now();
  const hour = 3_600_000;
  const time = [3, 2, 1].map((n) => end - n * hour);
  const series = [
    toDataFrame({
      fields: [
        { name: 'time', type: FieldType.time, values: time },
        { name: 'high', type: FieldType.number, values: [1, 4, 2] },
        { name: 'low', type: FieldType.number, values: [3, 0, 5] },
      ],
    }),
  ];
  const [from, to] = [dateTime(end - 4 * hour), dateTime(end)];
  return { state: LoadingState.Done, series, timeRange: { from, to, raw: { from, to } } };
}

/** /preview/panels/<id>: a nested panel, once with a query's answer (made up here) and once without a query. */
export function PanelPage() {
  const { panelId = '' } = useParams();
  const [data] = useState(exampleData);
  const name = boot().panels.find((panel) => panel.id === panelId)?.name ?? panelId;
  const size = { width: 900, height: 260 };
  return (
    <PluginPage pageNav={{ text: name, subTitle: 'The nested panel, as a dashboard would show it' }}>
      <div style={{ display: 'grid', gap: 16, maxWidth: 932 }}>
        <PanelChrome title="Without a query: asks the service" {...size}>
          {(width: number, height: number) => (
            <Boundary>
              <PanelRenderer pluginId={panelId} title={name} width={width} height={height} />
            </Boundary>
          )}
        </PanelChrome>
        <PanelChrome title="With the answer of a query (example numbers)" {...size}>
          {(width: number, height: number) => (
            <Boundary>
              <PanelRenderer pluginId={panelId} title={name} width={width} height={height} data={data} />
            </Boundary>
          )}
        </PanelChrome>
      </div>
    </PluginPage>
  );
}
