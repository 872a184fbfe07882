import type { TypedCell } from '../table-file.ts';

const DAY_MS = 86_400_000;
/** Years of more than four digits are no dates in this format. */
const END_OF_TIME = Date.UTC(10_000, 0, 1);

/** What a number format shows of a serial number of days. */
export type DateKind = 'date' | 'time' | 'datetime' | 'elapsed';

/** The day from which a workbook counts (ECMA-376 part 1, 18.17.4.1). */
export type DateSystem = 1900 | 1904;

/**
 * A serial number as the date or time that its format shows; undefined for what is none. A part of the value that the
 * format hides is not lost: a date with a time of day is a timestamp.
 */
export function dateOf(serial: number, kind: DateKind, system: DateSystem): TypedCell | undefined {
  const ms = Math.round(serial * DAY_MS);
  if (!(ms >= 0)) return undefined;
  if (ms < DAY_MS && (kind === 'time' || kind === 'elapsed')) return { type: 'time', text: clock(ms) };
  if (kind === 'elapsed') return { type: 'text', text: clock(ms) };
  const moment = momentAt(ms, system);
  if (moment === undefined || moment >= END_OF_TIME) return undefined;
  const day = new Date(moment).toISOString().slice(0, 10);
  const within = ms % DAY_MS;
  if (within === 0) return { type: kind === 'date' ? 'date' : 'timestamp', text: day };
  return { type: 'timestamp', text: `${day} ${clock(within)}` };
}

/** In the system of 1900 there is no day 0, and a 29 February 1900 that never was is day 60. */
function momentAt(ms: number, system: DateSystem): number | undefined {
  if (system === 1904) return Date.UTC(1904, 0, 1) + ms;
  const day = Math.floor(ms / DAY_MS);
  if (day === 0 || day === 60) return undefined;
  return Date.UTC(1899, 11, day < 60 ? 31 : 30) + ms;
}

function clock(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const rest = ms % 1000;
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}`;
}
