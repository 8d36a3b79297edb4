/** Sigma's time modifiers. */
export const dateParts = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type DatePart = (typeof dateParts)[number];

/** RFC 3339, or with a blank for the T, a comma for the point, no colon in the zone, or no zone (then UTC). */
const written = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d([.,]\d{1,9})?([Zz]|[+-](0\d|1[0-4]):?[0-5]\d)?$/;
const zone = /([+-])(\d\d):?(\d\d)$/;
/** Seconds since 1970 in ten digits, with or without a fraction; or milliseconds in thirteen. */
const counted = /^[1-9]\d{9}(\.\d{1,9}|\d{3})?$/;
const dayMs = 86_400_000;

/** ISO 8601: week 1 holds the year's first Thursday, weeks begin on Monday. */
function isoWeek(date: Date): number {
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(midnight + (3 - weekday) * dayMs);
  const yearStart = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday.getTime() - yearStart) / (7 * dayMs));
}

/** Only days and times that there are, of the years 1970 to 2199. */
function writtenTime(text: string): Date | null {
  if (!written.test(text) || text < '1970' || text >= '2200') return null;
  const local = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
  const time = Date.parse(`${local}Z`);
  // 30 February and hour 24 roll over and so read otherwise.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(local)) return null;
  const [, sign, hours, minutes] = zone.exec(text.slice(19)) ?? [];
  const aheadMs = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return new Date(sign === '-' ? time + aheadMs : time - aheadMs);
}

/** One part of a written or counted time, in UTC; null when the text is none. */
export function datePart(text: string, part: DatePart): number | null {
  const date = counted.test(text) ? new Date(Number(text.slice(0, 10)) * 1000) : writtenTime(text);
  if (date === null) return null;
  switch (part) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return isoWeek(date);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
  }
}
