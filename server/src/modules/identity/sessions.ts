import { DateTime } from 'luxon';
import type { Clock } from '../../kernel/clock.ts';
import { newSecret } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import { forgetAttempts, clearCharges, provePassword } from './attempts.ts';
import { unknownSession, wrongCredentials, wrongCsrf } from './errors.ts';
import { userNamePattern, type User } from './model.ts';
import { mlps3, type PasswordProfile } from './passwords.ts';
import type { Actor } from './rights.ts';
import { hashKey, sameHash } from './secrets.ts';
import * as store from './store-sessions.ts';
import { lockUser, userByName } from './store-users.ts';

/** How often the time a session was last seen is written. Idle time is counted from the written time: never too long. */
const TOUCH_EVERY_MS = 60_000;

export interface LogIn {
  /** For the session cookie: 192 random bits, kept as a hash. */
  readonly sessionKey: string;
  /** For the header that each changing request carries. */
  readonly csrfToken: string;
  /** The session's end at the latest. */
  readonly expiresAt: Date;
  readonly user: User;
  /** The session may do nothing but change the password. */
  readonly mustChange: boolean;
}

/** A session that is in force. */
export interface Session {
  readonly actor: Actor;
  readonly keyHash: string;
  readonly csrfHash: string;
  readonly expiresAt: Date;
}

export interface ProfileOption {
  readonly profile?: PasswordProfile;
}

/** What else to do in the transaction of a command that opens its own: the caller's journal record. */
export interface AlongsideOption<T> {
  readonly alongside?: (tx: Transaction, result: T) => Promise<void>;
}

const daysAgo = (now: Date, days: number): Date => DateTime.fromJSDate(now).minus({ days }).toJSDate();
const idleSince = (now: Date, { idleMinutes }: PasswordProfile): Date => DateTime.fromJSDate(now).minus({ minutes: idleMinutes }).toJSDate();

const passwordIsDue = (user: { mustChange: boolean; passwordSetAt: Date }, now: Date, profile: PasswordProfile): boolean =>
  user.mustChange || user.passwordSetAt <= daysAgo(now, profile.maxAgeDays);

/**
 * Begins a session. Unknown, disabled and mistaken are answered alike (`identity.log-in.wrong`, unauthenticated), also
 * in time; after the profile's failures in a row the name is locked (`identity.log-in.locked`, whether it exists or not).
 */
export async function logIn(
  db: Database,
  clock: Clock,
  claim: { readonly name: string; readonly password: string },
  { profile = mlps3, alongside }: ProfileOption & AlongsideOption<LogIn> = {},
): Promise<LogIn> {
  const now = clock.now();
  const name = claim.name.trim().toLowerCase();
  const found = userNamePattern.test(name) ? await userByName(db, name) : undefined;
  await provePassword(db, now, profile, { name, password: claim.password, stored: found?.passwordHash });
  if (found === undefined || found.disabled) throw wrongCredentials();
  return db.transaction(async (tx) => {
    const { passwordHash, ...user } = (await lockUser(tx, found.id)) ?? found;
    // Disabled or given another password while this one was being looked at.
    if (user.disabled || passwordHash !== found.passwordHash) throw wrongCredentials();
    await clearCharges(tx, name);
    const begun = await beginSession(tx, user, now, profile);
    await alongside?.(tx, begun);
    return begun;
  });
}

async function beginSession(tx: Transaction, user: User, now: Date, profile: PasswordProfile): Promise<LogIn> {
  const sessionKey = newSecret();
  const csrfToken = newSecret();
  const expiresAt = DateTime.fromJSDate(now).plus({ hours: profile.sessionHours }).toJSDate();
  await store.insertSession(tx, { keyHash: hashKey(sessionKey), csrfHash: hashKey(csrfToken), userId: user.id, now, expiresAt });
  return { sessionKey, csrfToken, expiresAt, user, mustChange: passwordIsDue(user, now, profile) };
}

/** The session of a key. Throws `identity.session.unknown` (unauthenticated) for one that never was, is idle, has ended or whose user is disabled. */
export async function resolveSession(on: Queryable, clock: Clock, sessionKey: string, { profile = mlps3 }: ProfileOption = {}): Promise<Session> {
  const now = clock.now();
  const keyHash = hashKey(sessionKey);
  const row = await store.liveSession(on, keyHash, now, idleSince(now, profile));
  if (row === undefined) throw unknownSession();
  if (now.getTime() - row.seenAt.getTime() >= TOUCH_EVERY_MS) await store.touchSession(on, keyHash, now);
  const actor: Actor = {
    kind: 'user',
    id: row.userId,
    name: row.userName,
    role: row.role,
    scopes: ['read', 'operate', 'journal', 'users'],
    mustChange: passwordIsDue(row, now, profile),
    token: null,
  };
  return { actor, keyHash, csrfHash: row.csrfHash, expiresAt: row.expiresAt };
}

/** Throws `identity.session.csrf` (forbidden) unless the request carries the token that was given at log-in. */
export function verifyCsrf(session: Session, presented: string | undefined): void {
  if (presented === undefined || !sameHash(session.csrfHash, hashKey(presented))) throw wrongCsrf();
}

export const logOut = (on: Queryable, session: Session): Promise<void> => store.deleteSession(on, session.keyHash);

/** Deletes what has ended: sessions, failures that no longer count, spent signatures that nobody would accept. A background job calls it. */
export async function sweepIdentity(on: Queryable, clock: Clock, { profile = mlps3 }: ProfileOption = {}): Promise<void> {
  const now = clock.now();
  await store.deleteEndedSessions(on, now, idleSince(now, profile));
  await forgetAttempts(on, now, profile);
}
