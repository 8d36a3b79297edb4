import React, { Suspense, lazy } from 'react';
import { AppPlugin, type AppPluginMeta, type PluginConfigPageProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';

const LazyApp = lazy(async () => ({ default: (await import('./app/App.tsx')).App }));
const LazyConfiguration = lazy(async () => ({
  default: (await import('./pages/Configuration/ConfigurationPage.tsx')).ConfigurationPage,
}));

function Root() {
  return (
    <Suspense fallback={<LoadingPlaceholder text="" />}>
      <LazyApp />
    </Suspense>
  );
}

function Configuration(props: PluginConfigPageProps<AppPluginMeta>) {
  return (
    <Suspense fallback={<LoadingPlaceholder text="" />}>
      <LazyConfiguration {...props} />
    </Suspense>
  );
}

/** What Grafana loads: the pages, each in a chunk that is fetched when it is opened. */
export const plugin = new AppPlugin().setRootPage(Root).addConfigPage({
  title: 'Configuration',
  icon: 'cog',
  body: Configuration,
  id: 'configuration',
});
