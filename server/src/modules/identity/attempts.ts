import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import type { Database, Queryable } from '../../storage/database.ts';
import { lockedOut, wrongCredentials } from './errors.ts';
import { assertHashingRoom, verifyPassword } from './hashing.ts';
import type { PasswordProfile } from './passwords.ts';
import * as store from './store-attempts.ts';

/**
 * Failures are counted by the name that was typed, existing or not, so that a lock tells nothing about who exists. Of
 * the name's digest 24 bits are kept: enough to tell names apart, too few to recover a password typed in its place, and
 * a bound on how many rows a flood can make.
 */
const digestOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 6);

const minutesBefore = (now: Date, minutes: number): Date => DateTime.fromJSDate(now).minus({ minutes }).toJSDate();

/**
 * Whether the password fits `stored` (undefined for an unknown user). The attempt is charged before the password is
 * looked at, so that parallel guesses cannot exceed the bound; while the name is locked no password is looked at.
 * Failing throws `identity.log-in.wrong`, the last permitted failure and everything after it `identity.log-in.locked`.
 * The caller clears the charge once it is sure (`clearCharges`).
 */
export async function provePassword(
  db: Database,
  now: Date,
  profile: PasswordProfile,
  claim: { name: string; password: string; stored: string | undefined },
): Promise<void> {
  assertHashingRoom();
  const nameDigest = digestOf(claim.name);
  const lockUntil = DateTime.fromJSDate(now).plus({ minutes: profile.lockMinutes }).toJSDate();
  const failures = await store.chargeAttempt(db, {
    nameDigest,
    now,
    forgetBefore: minutesBefore(now, profile.lockMinutes),
    maxFailures: profile.maxFailures,
    lockUntil,
  });
  if (failures === undefined) throw lockedOut((await store.lockedUntil(db, [nameDigest], now)).get(nameDigest) ?? lockUntil);
  if (await verifyPassword(claim.password, claim.stored)) return;
  throw failures >= profile.maxFailures ? lockedOut(lockUntil) : wrongCredentials();
}

/** Forgets the failures of a name: after a right password, or by a manager's hand. */
export const clearCharges = (on: Queryable, name: string): Promise<void> => store.clearAttempts(on, digestOf(name));

/** Until when each of these names is locked; those that are not locked are absent. */
export async function locksOf(on: Queryable, names: readonly string[], now: Date): Promise<Map<string, Date>> {
  const found = await store.lockedUntil(on, names.map(digestOf), now);
  return new Map(
    names.flatMap((name) => {
      const until = found.get(digestOf(name));
      return until === undefined ? [] : [[name, until] as const];
    }),
  );
}

export const forgetAttempts = (on: Queryable, now: Date, profile: PasswordProfile): Promise<void> =>
  store.deleteAttemptsBefore(on, minutesBefore(now, profile.lockMinutes));
