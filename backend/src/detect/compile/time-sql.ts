import { countedTime, writtenTime, writtenZone, type TimePart } from '../parse/event-time.ts';

/** A constant of ours as SQL text; never for anything that a rule says. */
export const constant = (source: string): string => `'${source.replaceAll('\\', '\\\\')}'`;

const functions: Readonly<Record<TimePart, string>> = {
  minute: 'toMinute',
  hour: 'toHour',
  day: 'toDayOfMonth',
  week: 'toISOWeek',
  month: 'toMonth',
  year: 'toYear',
};

/**
 * As secondsOf in parse/event-time.ts: the time in UTC, NULL when the text says none. No text makes it throw. The scale
 * is 3 because toDateTime64OrNull gives a DateTime at scale 0, which ends in 2106 (26.7).
 */
function timeSql(text: string): string {
  const zone = `extract(${text}, ${constant(writtenZone)})`;
  const minutes = `(toInt32OrZero(substring(${zone}, 2, 2)) * 60 + toInt32OrZero(substring(${zone}, -2)))`;
  const written = `toDateTime64OrNull(concat(substring(${text}, 1, 10), ' ', substring(${text}, 12, 8)), 3, 'UTC')`;
  const utc = `addMinutes(${written}, if(startsWith(${zone}, '-'), ${minutes}, -${minutes}))`;
  const counted = `toDateTime64(toInt64OrNull(substring(${text}, 1, 10)), 3, 'UTC')`;
  return `multiIf(match(${text}, ${constant(countedTime)}), ${counted}, match(${text}, ${constant(writtenTime)}), ${utc}, NULL)`;
}

/** A part of the time that the text expression `text` says, in UTC; NULL when it says none. */
export function timePartSql(text: string, part: TimePart): string {
  return `${functions[part]}(${timeSql(text)})`;
}
