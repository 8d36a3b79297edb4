/**
 * Parameters as the store wants them: a time in RFC 3339 UTC for a `{name:DateTime64(...)}` (or DateTime, or Nullable of
 * them) becomes seconds since 1970 with its fraction, which ClickHouse reads the same in every time zone. It would take
 * no `T` and `Z` there, whatever date_time_input_format says (26.7). Everything else stays as it is.
 */
export function bindTimes(sql: string, params: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' && isTimeParameter(sql, name) ? secondsOf(value) : value,
    ])
  );
}

function isTimeParameter(sql: string, name: string): boolean {
  return new RegExp(`\\{\\s*${name}\\s*:\\s*(?:Nullable\\s*\\(\\s*)?DateTime`).test(sql);
}

/** `2026-11-21T08:50:00.123Z` as `1795251000.123`; another text as it is, for the engine to judge. */
function secondsOf(text: string): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z$/.exec(text);
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1] ?? ''}Z`) / 1000;
  return Number.isNaN(seconds) ? text : `${String(seconds).padStart(10, '0')}${match?.[2] ?? ''}`;
}
