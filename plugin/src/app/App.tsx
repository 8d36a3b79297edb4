import React from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { LiveProvider } from '../api/use-live.tsx';
import { FindingsPage } from '../pages/Findings/FindingsPage.tsx';
import { OverviewPage } from '../pages/Overview/OverviewPage.tsx';
import { RunPage } from '../pages/Scenarios/RunPage.tsx';
import { ScenariosPage } from '../pages/Scenarios/ScenariosPage.tsx';
import { appRoot } from '../plugin-id.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';

/** The app's pages, below /a/<id>/. */
export function App() {
  return (
    <ErrorBoundary>
      <LiveProvider>
        <Routes>
          <Route path="overview" element={<OverviewPage />} />
          <Route path="findings" element={<FindingsPage />} />
          <Route path="findings/:findingId" element={<FindingsPage />} />
          <Route path="scenarios" element={<ScenariosPage />} />
          <Route path="scenarios/runs/:runId" element={<RunPage />} />
          <Route path="*" element={<Navigate to={`${appRoot}/overview`} replace />} />
        </Routes>
      </LiveProvider>
    </ErrorBoundary>
  );
}
