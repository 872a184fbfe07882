import { IANAZone } from 'luxon';
import { displayZone } from '../../kernel/clock.ts';

/**
 * Between instants (`2026-01-01T00:00:00.5Z`) and local times of a zone (`2026-01-01 08:00:00.5`), both as canonical
 * text. Fractions of a second are carried over as text: no offset has any, and microseconds do not fit a Date.
 */

const hour = 3_600_000;
const day = 24 * hour;
/** Shanghai keeps UTC+8 since its last summer time ended in 1991. */
const fixedSince = Date.UTC(1992, 0, 1);

/** Milliseconds east of UTC at an instant; local mean times of old have seconds. */
function offsetAt(instant: number, zone: string): number {
  if (zone === displayZone && instant >= fixedSince) return 8 * hour;
  return Math.round(IANAZone.create(zone).offset(instant) * 60) * 1000;
}

/** Infinite times are the same everywhere. */
const isInfinite = (text: string): boolean => text.endsWith('y');

/** The local time of a zone at an instant. */
export function toLocal(instant: string, zone: string): string {
  if (isInfinite(instant)) return instant;
  const at = msOf(instant);
  return `${written(at + offsetAt(at, zone)).replace('T', ' ')}${instant.slice(19, -1)}`;
}

/**
 * The instant of a local time. As PostgreSQL has it: where clocks were put forward, a time between is read by the offset
 * before; where they were put back, one that came twice is read by the offset after.
 */
export function toInstant(local: string, zone: string): string {
  if (isInfinite(local)) return local;
  const at = msOf(local);
  const [before, after] = [offsetAt(at - day, zone), offsetAt(at + day, zone)];
  const isAfter = before !== after && (after < before ? offsetAt(at - after, zone) === after : offsetAt(at - before, zone) !== before && offsetAt(at - after, zone) === after);
  return `${written(at - (isAfter ? after : before))}${local.slice(19)}Z`;
}

/** An instant in ISO 8601 with the offset of Asia/Shanghai at that time. */
export function toIso(instant: string): string {
  if (isInfinite(instant)) return instant;
  const at = msOf(instant);
  const offset = offsetAt(at, displayZone);
  return `${written(at + offset)}${instant.slice(19, -1)}${offsetText(offset)}`;
}

function offsetText(offset: number): string {
  const clock = new Date(Math.abs(offset)).toISOString();
  const seconds = clock.slice(17, 19);
  return `${offset < 0 ? '-' : '+'}${clock.slice(11, 16)}${seconds === '00' ? '' : `:${seconds}`}`;
}

const msOf = (text: string): number => Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);

/** `YYYY-MM-DDTHH:MM:SS`; the last hours of 9999 in UTC stand in 10000 in the east. */
const written = (ms: number): string => new Date(ms).toISOString().replace(/^\+0/, '').slice(0, -5);
