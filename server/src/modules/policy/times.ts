import { DateTime } from 'luxon';

/**
 * Times as callers and policies write them (decision 14): `20220901`, `2022-09-01`, `2022-09-01 08:00:00` and ISO 8601.
 * What has no zone is Asia/Shanghai (decision 13). Impossible dates are refused, never rolled over.
 */

const zone = 'Asia/Shanghai';
const hour = 3_600_000;
const day = 24 * hour;
/** The years that both JavaScript and PostgreSQL write with four digits; `Date.UTC` reads 0-99 as 1900-1999. */
const firstYear = 100;
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Shanghai keeps UTC+8 since its last summer time ended in 1991. */
const fixedSince = Date.UTC(1992, 0, 1);

/** An instant in UTC; where it was given as a day, its start, and `until` is the start of the next day. */
export interface Moment {
  readonly text: string;
  readonly until: string | null;
}

const dayForm = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;
const instantForm = /^(\d{4})(-?)(\d{2})\2(\d{2})[T ](\d{2})(:?)(\d{2})(?:\6(\d{2})(?:[.,](\d{1,6}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const clockForm = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/;

/** A day as `yyyy-MM-dd`, or null when it is not one. */
export function parseDay(text: string): string | null {
  const parts = dayForm.exec(text);
  if (parts === null) return null;
  const start = dayStart(Number(parts[1]), Number(parts[3]), Number(parts[4]));
  return start === null ? null : new Date(start).toISOString().slice(0, 10);
}

/** An instant, or a day in Asia/Shanghai, to the microsecond; null when it is neither. */
export function parseMoment(text: string): Moment | null {
  const parts = dayForm.exec(text);
  if (parts !== null) {
    const start = dayStart(Number(parts[1]), Number(parts[3]), Number(parts[4]));
    return start === null ? null : { text: write(shanghai(start), ''), until: write(shanghai(start + day), '') };
  }
  return parseInstant(text);
}

function parseInstant(text: string): Moment | null {
  const parts = instantForm.exec(text);
  if (parts === null) return null;
  const start = dayStart(Number(parts[1]), Number(parts[3]), Number(parts[4]));
  const clock = clockTime(Number(parts[5]), Number(parts[7]), Number(parts[8] ?? 0));
  const offset = zoneOffset(parts[10]);
  if (start === null || clock === null || offset === null) return null;
  const instant = offset === undefined ? shanghai(start + clock) : start + clock - offset;
  if (instant > lastInstant) return null;
  return { text: write(instant, parts[9] ?? ''), until: null };
}

/** A time of day as `HH:mm:ss`, with a fraction where there is one; null when it is not one. */
export function parseClock(text: string): string | null {
  const parts = clockForm.exec(text);
  if (parts === null) return null;
  const clock = clockTime(Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0));
  return clock === null ? null : `${new Date(clock).toISOString().slice(11, 19)}${fraction(parts[4] ?? '')}`;
}

/** Orders two instants in the form that `parseMoment` writes: negative, zero or positive. */
export function compareInstants(left: string, right: string): number {
  const [a, b] = [sortable(left), sortable(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortable(instant: string): string {
  return `${instant.slice(0, 19)}.${instant.slice(20, -1).padEnd(6, '0')}`;
}

/** Milliseconds of a day's midnight as if it were in UTC; null for a day that the calendar lacks. */
function dayStart(year: number, month: number, dayOfMonth: number): number | null {
  if (year < firstYear) return null;
  const start = Date.UTC(year, month - 1, dayOfMonth);
  const date = new Date(start);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth ? start : null;
}

function clockTime(hours: number, minutes: number, seconds: number): number | null {
  return hours > 23 || minutes > 59 || seconds > 59 ? null : hours * hour + minutes * 60_000 + seconds * 1000;
}

/** Milliseconds east of UTC; undefined where no zone is given, null for one that does not exist. */
function zoneOffset(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(text.includes(':') ? 4 : 3));
  if (hours > 14 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * hour + minutes * 60_000);
}

/** The instant of a local time in Shanghai, both in milliseconds. Luxon knows the summer times, and costs microseconds. */
function shanghai(local: number): number {
  if (local >= fixedSince) return local - 8 * hour;
  return DateTime.fromMillis(local, { zone: 'utc' }).setZone(zone, { keepLocalTime: true }).toMillis();
}

function write(instant: number, digits: string): string {
  return `${new Date(instant).toISOString().slice(0, 19)}${fraction(digits)}Z`;
}

function fraction(digits: string): string {
  if (digits === '') return '';
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : `.${kept}`;
}
