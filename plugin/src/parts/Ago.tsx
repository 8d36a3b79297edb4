import React, { useEffect, useState } from 'react';
import { dateTimeFormat } from '@grafana/data';
import { agoText } from './format.ts';

/** A moment as "3 min ago", kept true; the exact time is its title. */
export function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={dateTimeFormat(at, { defaultWithMS: true })}>
      {agoText(at, Math.max(now, Date.now() - 10_000))}
    </time>
  );
}

/** A moment in full, in the time zone of the user's settings. */
export function At({ at }: { at: string }) {
  return <time dateTime={at}>{dateTimeFormat(at, { defaultWithMS: true })}</time>;
}
