import { DateTime } from 'luxon';
import { displayZone } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';

/** A time of a query: a day, or ISO 8601 with `T` or a blank; without zone in Asia/Shanghai (decision 32). */
export const TimeText = { minLength: 8, maxLength: 40, description: '日或时间（ISO 8601），无时区视为 Asia/Shanghai' } as const;

const day = /^\d{4}-\d{2}-\d{2}$/;

/** The instant at which a span begins. Throws `request.time`. */
export function beginOf(text: string, name: string): Date {
  return read(text, name).toJSDate();
}

/** The instant before which a span ends: an end given as a day includes that day (decision 14). Throws `request.time`. */
export function endOf(text: string, name: string): Date {
  const at = read(text, name);
  return (day.test(text) ? at.plus({ days: 1 }) : at).toJSDate();
}

function read(text: string, name: string): DateTime {
  const at = DateTime.fromISO(text.replace(' ', 'T'), { zone: displayZone });
  if (at.isValid) return at;
  throw new DomainError('invalid-parameter', 'request.time', `${name} 应为日期或 ISO 8601 时间，实为 ${text} (${name} is no time in ISO 8601)`, { details: { parameter: name } });
}
