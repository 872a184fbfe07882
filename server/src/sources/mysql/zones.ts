import { IANAZone } from 'luxon';

/** From `at` on (seconds since 1970, UTC) the zone's clocks are `offset` seconds ahead of UTC. */
interface Change {
  readonly at: number;
  readonly offset: number;
}

interface Zone {
  /** What held before the first change. */
  readonly first: number;
  readonly changes: readonly Change[];
}

export const isZone = (name: string): boolean => IANAZone.isValidZone(name);

const FROM = Date.UTC(1850, 0, 1) / 1000;
const UNTIL = Date.UTC(2100, 0, 1) / 1000;
/** No zone has changed its clocks twice in so short a time. */
const STRIDE = 10 * 86_400;

const zones = new Map<string, Zone>();

/**
 * All changes of a zone's clocks, by Node's own tables: a MySQL server knows zones by name only where its administrator
 * has loaded them, which is the exception.
 */
function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const clock = IANAZone.create(name);
  const offset = (seconds: number): number => Math.round(clock.offset(seconds * 1000) * 60);
  const first = offset(FROM);
  const changes: Change[] = [];
  let before = first;
  for (let at = FROM; at < UNTIL; at += STRIDE) {
    const after = offset(at + STRIDE);
    if (after === before) continue;
    let [low, high] = [at, at + STRIDE];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, offset: after });
    before = after;
  }
  const zone: Zone = { first, changes };
  zones.set(name, zone);
  return zone;
}

/** TO_SECONDS('1970-01-01') */
const EPOCH = 62_167_219_200;

/**
 * SQL of something that depends on the offset which holds at a time. `as` says in what the time is given: `utc`, or the
 * zone's own `local` time; one that the clocks showed twice is the later, as PostgreSQL takes it.
 */
function byOffset(time: string, as: 'utc' | 'local', zone: string, text: (offset: number) => string): string {
  const { first, changes } = zoneOf(zone);
  if (changes.length === 0) return `'${text(first)}'`;
  const starts = changes.map(({ at, offset }) => EPOCH + at + (as === 'local' ? offset : 0));
  return `ELT(1 + INTERVAL(TO_SECONDS(${time}), ${starts.join(', ')}), ${[first, ...changes.map(({ offset }) => offset)].map((offset) => `'${text(offset)}'`).join(', ')})`;
}

/** The zone's local time at an instant in UTC. */
export const toLocal = (utc: string, zone: string): string => `DATE_ADD(${utc}, INTERVAL ${byOffset(utc, 'utc', zone, String)} SECOND)`;

/** The instant in UTC at a zone's local time. */
export const toUtc = (local: string, zone: string): string => `DATE_SUB(${local}, INTERVAL ${byOffset(local, 'local', zone, String)} SECOND)`;

/** The zone's offset as ISO 8601 has it. */
export const offsetText = (time: string, as: 'utc' | 'local', zone: string): string => byOffset(time, as, zone, isoOffset);

function isoOffset(offset: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const size = Math.abs(offset);
  const seconds = size % 60 === 0 ? '' : `:${two(size % 60)}`;
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}${seconds}`;
}
