import React, { type ReactNode } from 'react';
import { LoadingPlaceholder } from '@grafana/ui';
import type { Loaded } from '../api/use-resource.ts';
import { testIds } from '../test-ids.ts';
import { ProblemAlert } from './ProblemAlert.tsx';

interface Props<T> {
  loaded: Loaded<T>;
  /** What is loaded, as in "Loading findings". */
  what: string;
  children: (data: T) => ReactNode;
}

/** One look for everything that is asked of the service: loading, failed or refused, and old data beside a failure. */
export function ResourceView<T>({ loaded, what, children }: Props<T>) {
  const { resource, reload } = loaded;
  switch (resource.state) {
    case 'loading':
      return (
        <div data-testid={testIds.loading} role="status">
          <LoadingPlaceholder text={`Loading ${what} …`} />
        </div>
      );
    case 'failed':
      return <ProblemAlert problem={resource.problem} onRetry={reload} />;
    case 'ready':
      return (
        <>
          {resource.problem && <ProblemAlert problem={resource.problem} onRetry={reload} />}
          {children(resource.data)}
        </>
      );
  }
}
