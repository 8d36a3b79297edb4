/** A duration in words that fit a table cell: `850 ms`, `12 s`, `3 min`, `5 h`, `2 d`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 36 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** How long ago, or how far ahead where a sender's clock is fast. */
export function agoText(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (Math.abs(ms) < 1000) return 'now';
  return ms < 0 ? `in ${durationText(-ms)}` : `${durationText(ms)} ago`;
}

/** A decimal string with thin spaces between thousands. */
export function countText(count: string | number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Group values as `field = value`, a missing one as `field is missing`. */
export function groupText(group: Readonly<Record<string, string | null>>): string {
  const parts = Object.entries(group).map(([field, value]) => (value === null ? `no ${field}` : `${field} ${value}`));
  return parts.join(' · ');
}

/** `auth_log.last` to `Auth log last`. */
export function wordsText(name: string): string {
  const words = name
    .replace(/[._-]+/g, ' ')
    .trim()
    .replace(/\b(udp|tcp|http|otlp|sql|tls)\b/gi, (short) => short.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `1 finding`, `2 findings`. */
export function pluralText(count: number | string, noun: string): string {
  return `${countText(count)} ${noun}${String(count) === '1' ? '' : 's'}`;
}
