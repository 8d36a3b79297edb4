import type { AnchorHTMLAttributes } from 'react';
import { grafanaHistory } from './history.ts';

export { useLocation } from 'react-router';

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
}

/** An anchor that navigates without loading the page anew; a modified click behaves as in any page. */
export function Link({ to, ...anchor }: LinkProps) {
  return (
    <a
      {...anchor}
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        grafanaHistory().push(to);
      }}
    />
  );
}
