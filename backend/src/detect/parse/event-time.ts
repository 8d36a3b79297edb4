/** Parts of a time that a rule may ask for, each with the numbers it may be (Sigma 2.1, "Time Modifiers"). */
export const timePartBounds = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  day: { min: 1, max: 31 },
  week: { min: 1, max: 53 },
  month: { min: 1, max: 12 },
  year: { min: 1970, max: 2286 },
} as const;

export type TimePart = keyof typeof timePartBounds;
export const timeParts = Object.keys(timePartBounds) as TimePart[];

const days = [
  '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])',
  '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)',
  '02-(?:0[1-9]|1\\d|2[0-8])',
].join('|');
const leapYear = '(?:19(?:7[26]|8[048]|9[26])|20(?:[02468][048]|[13579][26])|21(?:0[48]|[2468][048]|[13579][26]))';
const date = `(?:(?:19[789]\\d|2[01]\\d\\d)-(?:${days})|${leapYear}-02-29)`;
const clock = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d';
const zone = '(?:[Zz]|[+-](?:0\\d|1[0-4]):?[0-5]\\d)?';

/**
 * RFC 3339, also with a blank or without a zone (then UTC): only days that there are, from 1970 to 2199; no second 60,
 * no hour 24. RE2 and JavaScript read these sources alike, so both backends have one grammar.
 */
export const writtenTime = `^${date}[Tt ]${clock}(?:[.,]\\d{1,9})?${zone}$`;
/** The zone at the end of a written time. */
export const writtenZone = '[+-]\\d\\d:?\\d\\d$';
/** Seconds since 1970 in ten digits with or without a fraction, or milliseconds in thirteen: 2001 to 2286. */
export const countedTime = '^[1-9]\\d{9}(?:\\.\\d{1,9}|\\d{3})?$';

const writtenTimeTest = new RegExp(writtenTime);
const writtenZoneTest = new RegExp(writtenZone);
const countedTimeTest = new RegExp(countedTime);

function zoneMinutes(text: string): number {
  const zoneText = writtenZoneTest.exec(text)?.[0] ?? '';
  const minutes = Number(zoneText.slice(1, 3)) * 60 + Number(zoneText.slice(-2));
  return zoneText.startsWith('-') ? -minutes : minutes;
}

/** Whole seconds since 1970, UTC, that a text says; undefined when it says no time. */
function secondsOf(text: string): number | undefined {
  if (countedTimeTest.test(text)) return Number(text.slice(0, 10));
  if (!writtenTimeTest.test(text)) return undefined;
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`) / 1000 - zoneMinutes(text) * 60;
}

const dayMs = 86_400_000;

/** ISO 8601: the week of a day is that of its Thursday; week 1 holds the year's first Thursday. */
function isoWeek(time: Date): number {
  const midnight = Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate());
  const thursday = new Date(midnight + (4 - (time.getUTCDay() || 7)) * dayMs);
  return Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * dayMs)) + 1;
}

const readers: Readonly<Record<TimePart, (time: Date) => number>> = {
  minute: (time) => time.getUTCMinutes(),
  hour: (time) => time.getUTCHours(),
  day: (time) => time.getUTCDate(),
  week: isoWeek,
  month: (time) => time.getUTCMonth() + 1,
  year: (time) => time.getUTCFullYear(),
};

/** A part of the time that a text says, in UTC; NaN when it says no time. */
export function timePartOf(text: string, part: TimePart): number {
  const seconds = secondsOf(text);
  return seconds === undefined ? Number.NaN : readers[part](new Date(seconds * 1000));
}
