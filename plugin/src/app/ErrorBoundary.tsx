import React, { Component, type ReactNode } from 'react';
import { Alert, Button } from '@grafana/ui';

/** Shows a failure of our own code instead of an empty page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { message: string | null }> {
  override state: { message: string | null } = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <Alert severity="error" title="This page failed">
        <p>{message}</p>
        <Button variant="secondary" onClick={() => this.setState({ message: null })}>
          Show it again
        </Button>
      </Alert>
    );
  }
}
