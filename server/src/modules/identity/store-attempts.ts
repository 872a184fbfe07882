import type { Queryable } from '../../storage/database.ts';

/**
 * Charges one attempt to a name before its password is looked at; failures older than `forgetBefore` no longer count.
 * Returns how many are charged now, or undefined when the name is locked. The row's lock puts parallel attempts in order,
 * so that no more than `maxFailures` of them ever reach the password.
 */
export async function chargeAttempt(
  on: Queryable,
  attempt: { nameDigest: string; now: Date; forgetBefore: Date; maxFailures: number; lockUntil: Date },
): Promise<number | undefined> {
  const [row] = await on.query<{ failures: number }>(
    `INSERT INTO log_in_attempts AS a (name_digest, failures, last_at, locked_until)
     VALUES ($1, 1, $2, CASE WHEN $4::integer <= 1 THEN $5::timestamptz END)
     ON CONFLICT (name_digest) DO UPDATE SET
       failures = CASE WHEN a.last_at <= $3 THEN 1 ELSE a.failures + 1 END,
       last_at = $2,
       locked_until = CASE WHEN (CASE WHEN a.last_at <= $3 THEN 1 ELSE a.failures + 1 END) >= $4::integer THEN $5::timestamptz END
     WHERE a.locked_until IS NULL OR a.locked_until <= $2
     RETURNING failures`,
    [attempt.nameDigest, attempt.now, attempt.forgetBefore, attempt.maxFailures, attempt.lockUntil],
  );
  return row?.failures;
}

export async function lockedUntil(on: Queryable, nameDigests: readonly string[], now: Date): Promise<Map<string, Date>> {
  const rows = await on.query<{ digest: string; until: Date }>(
    'SELECT name_digest AS digest, locked_until AS until FROM log_in_attempts WHERE name_digest = ANY($1) AND locked_until > $2',
    [nameDigests, now],
  );
  return new Map(rows.map((row) => [row.digest, row.until]));
}

export async function clearAttempts(on: Queryable, nameDigest: string): Promise<void> {
  await on.query('DELETE FROM log_in_attempts WHERE name_digest = $1', [nameDigest]);
}

/** Forgets what no longer counts. */
export async function deleteAttemptsBefore(on: Queryable, at: Date): Promise<void> {
  await on.query('DELETE FROM log_in_attempts WHERE last_at <= $1', [at]);
}
