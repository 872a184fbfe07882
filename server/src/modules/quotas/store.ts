import type { Queryable } from '../../storage/database.ts';
import type { LeasedUnits, QuotaKey, QuotaPeriod, QuotaUnit, QuotaUsage } from './model.ts';

/** Windows are those of this zone's clock, whatever the session's; it has no summer time, so their lengths are fixed. */
const zone = "'Asia/Shanghai'";
const windowMs: Readonly<Record<QuotaPeriod, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000, total: Infinity };

/** A replica that was not seen for so long holds no slot any more. */
export const slotLifeMs = 15_000;

/** SQL for the start of the window that `now` lies in. */
const windowStart = (per: string, now: string): string =>
  `CASE WHEN ${per} = 'total' THEN 'epoch'::timestamptz ELSE date_trunc(${per}, ${now} AT TIME ZONE ${zone}) AT TIME ZONE ${zone} END`;
const milliseconds = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::float8`;

export interface LeaseRequest {
  readonly limit: number;
  /** Fewer than this are of no use. */
  readonly least: number;
  /** What is waited for now. */
  readonly wanted: number;
  /** What would be taken ahead if plenty remained. */
  readonly ahead: number;
  /** This much may be had in one lease even if it is more than a quarter of what remains. */
  readonly small: number;
}

export interface LeaseAnswer {
  /** 0: fewer than `least` remain. */
  readonly granted: number;
  /** What remained after it, or the most that can have remained when nothing was granted. */
  readonly spare: number;
  /** Milliseconds of database time. */
  readonly window: number;
  /** From the statement's start to the window's end; Infinity for `total`. */
  readonly leftMs: number;
}

export interface SlotRequest {
  readonly holderId: string;
  readonly replica: string;
  readonly limit: number;
  /** Calls that are running here: these are held whatever the limit says now. */
  readonly used: number;
  /** Calls that are running here or want to. */
  readonly wanted: number;
}

/** The SQL of quotas. `now` is a SQL expression for the database's time, so that a test can move it. */
export class QuotaStore {
  readonly #on: Queryable;
  readonly #now: string;
  readonly #leaseSql: string;
  readonly #slotsSql: string;

  constructor(on: Queryable, now = 'now()') {
    this.#on = on;
    this.#now = now;
    this.#leaseSql = leaseSql(now);
    this.#slotsSql = slotsSql(now);
  }

  /**
   * Leases units in one conditional statement: what is wanted, but so that a crowd at one replica leaves something to
   * the others no more than a quarter of what remains; or ahead of need, a twentieth at most.
   */
  async lease({ holderId, per, unit }: QuotaKey, { limit, least, wanted, ahead, small }: LeaseRequest): Promise<LeaseAnswer> {
    const [row] = await this.#on.query<{ granted: number | null; spare: number | null; window: number; now: number }>(this.#leaseSql, [
      holderId, per, unit, limit, least, wanted, ahead, small,
    ]);
    if (row === undefined) throw new TypeError('the lease statement answers one row');
    return { granted: row.granted ?? 0, spare: row.spare ?? least - 1, window: row.window, leftMs: row.window + windowMs[per] - row.now };
  }

  /** Gives unspent units back, if their window is still the one that is counted. */
  async giveBack({ holderId, per, unit }: QuotaKey, window: number, units: number): Promise<void> {
    await this.#on.query(
      `UPDATE quota_usage SET leased = greatest(0, leased - $5::bigint)
       WHERE holder_id = $1 AND per = $2 AND unit = $3 AND ${milliseconds('window_start')} = $4::float8`,
      [holderId, per, unit, window, units],
    );
  }

  /**
   * Makes this replica hold as many of the slots it wants as others leave. Answers how many it holds now, which may
   * be fewer than wanted and never fewer than used; null: it holds what it uses, no more is to be had, and nothing
   * was written.
   */
  async hold({ holderId, replica, limit, used, wanted }: SlotRequest): Promise<number | null> {
    const [row] = await this.#on.query<{ held: number }>(this.#slotsSql, [holderId, replica, limit, used, wanted]);
    return row?.held ?? null;
  }

  async usage(holderId: string): Promise<QuotaUsage> {
    const quotas = await this.#on.query<{ per: QuotaPeriod; unit: QuotaUnit; leased: number; window: number }>(
      `SELECT per, unit, leased, ${milliseconds('window_start')} AS window FROM quota_usage
       WHERE holder_id = $1 AND window_start >= ${windowStart('per', this.#now)}
       ORDER BY array_position(ARRAY['minute', 'hour', 'day', 'total'], per), unit`,
      [holderId],
    );
    const [slots] = await this.#on.query<{ running: number }>(
      `SELECT coalesce(sum((value->>'held')::int), 0)::int AS running
       FROM quota_slots, jsonb_each(slots) WHERE holder_id = $1 AND ${alive(this.#now)}`,
      [holderId],
    );
    return { quotas: quotas.map(asLeasedUnits), running: slots?.running ?? 0 };
  }

  /** Forgets the counts of holders that are gone. A replica may write once more of one that it has just served, so this is not done with the removal. */
  async sweep(): Promise<void> {
    for (const table of ['quota_usage', 'quota_slots']) {
      await this.#on.query(`DELETE FROM ${table} q WHERE NOT EXISTS (SELECT FROM grants WHERE id = q.holder_id) AND NOT EXISTS (SELECT FROM products WHERE id = q.holder_id)`);
    }
  }
}

const asLeasedUnits = ({ per, unit, leased, window }: { per: QuotaPeriod; unit: QuotaUnit; leased: number; window: number }): LeasedUnits => ({
  per,
  unit,
  leased,
  windowStart: new Date(window),
  windowEnd: per === 'total' ? null : new Date(window + windowMs[per]),
});

/** $1 holder, $2 per, $3 unit, $4 limit, $5 least, $6 wanted, $7 ahead, $8 small. */
function leaseSql(now: string): string {
  const granted = (remaining: string): string =>
    `least(${remaining}, greatest($5::bigint, least($6::bigint, greatest($8::bigint, (${remaining}) / 4)), least($7::bigint, (${remaining}) / 20)))`;
  // A clock that stepped back does not open an old window again: the later window stays in force.
  const base = 'CASE WHEN u.window_start < excluded.window_start THEN 0 ELSE u.leased END';
  const remaining = `$4::bigint - ${base}`;
  return `
    WITH clock AS (SELECT ${now} AS now, ${windowStart('$2::text', now)} AS start),
    taken AS (
      INSERT INTO quota_usage AS u (holder_id, per, unit, window_start, leased, granted)
      SELECT $1::uuid, $2::text, $3::text, start, ${granted('$4::bigint')}, ${granted('$4::bigint')}
      FROM clock WHERE $4::bigint >= $5::bigint
      ON CONFLICT (holder_id, per, unit) DO UPDATE SET
        window_start = greatest(u.window_start, excluded.window_start),
        leased = ${base} + ${granted(remaining)},
        granted = ${granted(remaining)}
      WHERE ${remaining} >= $5::bigint
      RETURNING u.granted, $4::bigint - u.leased AS spare, u.window_start
    )
    SELECT taken.granted, taken.spare, ${milliseconds('coalesce(taken.window_start, clock.start)')} AS window,
      ${milliseconds('clock.now')} AS now
    FROM clock LEFT JOIN taken ON true`;
}

const alive = (now: string): string => `(value->>'seen')::float8 > ${milliseconds(now)} - ${slotLifeMs}`;

/** $1 holder, $2 replica, $3 limit, $4 used, $5 wanted. */
function slotsSql(now: string): string {
  const others = `SELECT coalesce(sum((value->>'held')::int), 0)::int FROM jsonb_each(s.slots) WHERE key <> $2::text AND ${alive(now)}`;
  const kept = `SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(s.slots) WHERE key <> $2::text AND ${alive(now)}`;
  const mine = `SELECT coalesce(sum((value->>'held')::int), 0)::int FROM jsonb_each(s.slots) WHERE key = $2::text AND ${alive(now)}`;
  const held = (taken: string): string => `greatest($4::int, least($5::int, $3::int - (${taken})))`;
  const entry = (count: string): string =>
    `CASE WHEN ${count} > 0 THEN jsonb_build_object($2::text, jsonb_build_object('held', ${count}, 'seen', ${milliseconds(now)})) ELSE '{}' END`;
  return `
    INSERT INTO quota_slots AS s (holder_id, slots) VALUES ($1::uuid, ${entry(held('0'))})
    ON CONFLICT (holder_id) DO UPDATE SET slots = (${kept}) || ${entry(held(others))}
    WHERE $5::int <= $4::int OR ${held(others)} > $4::int OR (${mine}) <> $4::int
    RETURNING coalesce((s.slots #>> ARRAY[$2::text, 'held'])::int, 0) AS held`;
}
