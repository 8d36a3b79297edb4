import { StrictMode, useLayoutEffect, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { ThemeContext, type EventBusExtended } from '@grafana/data';
import { config } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { Navigate, Route, Router, Routes, type NavigateFunction, type Navigator, type To } from 'react-router';
import { boot } from './boot.ts';
import { grafanaHistory } from './history.ts';
import { AppPage, ConfigurationPage, PanelPage } from './pages.tsx';
import { startServices } from './services.ts';
import { Shell } from './Shell.tsx';

/** Grafana's history speaks the older interface: a location and its state are two arguments. */
function createNavigator(): Navigator {
  const history = grafanaHistory();
  const text = (to: To) => (typeof to === 'string' ? to : `${to.pathname ?? ''}${to.search ?? ''}${to.hash ?? ''}`);
  const go: NavigateFunction = (delta) => {
    if (typeof delta === 'number') history.go(delta);
  };
  return {
    createHref: text,
    go,
    push: (to, state) => history.push(text(to), state),
    replace: (to, state) => history.replace(text(to), state),
  };
}

function GrafanaRouter({ children }: { children: ReactNode }) {
  const [navigator] = useState(createNavigator);
  const [history] = useState(grafanaHistory);
  const [location, setLocation] = useState(history.here);
  useLayoutEffect(() => history.listen(setLocation), [history]);
  return (
    <Router navigator={navigator} location={location}>
      {children}
    </Router>
  );
}

function Host({ events }: { events: EventBusExtended }) {
  const { id, includes } = boot().app;
  const start = includes.find((include) => include.defaultNav)?.path ?? `/a/${id}`;
  return (
    <StrictMode>
      <ThemeContext.Provider value={config.theme2}>
        <GlobalStyles />
        <GrafanaRouter>
          <Shell events={events}>
            <Routes>
              <Route path={`/a/${id}/*`} element={<AppPage />} />
              <Route path={`/plugins/${id}`} element={<ConfigurationPage />} />
              <Route path="/preview/panels/:panelId" element={<PanelPage />} />
              <Route path="*" element={<Navigate to={start} replace />} />
            </Routes>
          </Shell>
          <PortalContainer />
        </GrafanaRouter>
      </ThemeContext.Provider>
    </StrictMode>
  );
}

const root = document.getElementById('reactRoot');
if (root === null) throw new Error('The page has no place to render into.');
const events = await startServices();
createRoot(root).render(<Host events={events} />);
