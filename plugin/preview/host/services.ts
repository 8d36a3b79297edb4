import { EventBusSrv, type EventBusExtended } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { setAppEvents, setBackendSrv, setEchoSrv } from '@grafana/runtime';
import { setPanelRenderer } from 'grafana-runtime-panel-renderer';
import { setPluginPage } from 'grafana-runtime-plugin-page';
import { createBackendSrv } from './backend-srv.ts';
import { PanelRenderer } from './PanelRenderer.tsx';
import { PluginPage } from './PluginPage.tsx';
import { fillRegistries } from './registries.ts';

/** Puts the services in place that Grafana has ready before it loads a plugin. Gives the bus that toasts arrive on. */
export async function startServices(): Promise<EventBusExtended> {
  const events = new EventBusSrv();
  setAppEvents(events);
  setBackendSrv(createBackendSrv(events));
  // Usage reports go nowhere.
  setEchoSrv({
    flush: () => undefined,
    addBackend: () => undefined,
    addEvent: () => undefined,
    onInteraction: () => () => undefined,
  });
  setPluginPage(PluginPage);
  setPanelRenderer(PanelRenderer);
  fillRegistries();
  await initPluginTranslations('grafana', []);
  return events;
}
