/** Where the core learns the time; tests hand in their own. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Decision 13: time is kept in UTC and shown in this zone. */
export const displayZone = 'Asia/Shanghai';

const shown = new Intl.DateTimeFormat('sv-SE', {
  timeZone: displayZone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** `yyyy-MM-dd HH:mm:ss` in Asia/Shanghai. */
export const showTime = (at: Date): string => shown.format(at);
