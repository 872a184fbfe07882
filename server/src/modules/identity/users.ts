import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import { clearCharges, locksOf } from './attempts.ts';
import { checker, isId, pageOf, pageStart } from './checks.ts';
import { changedMeanwhile, conflict, nameTaken, notFound } from './errors.ts';
import { UserChanges, UserInput, type Page, type PageRequest, type User } from './model.ts';
import { mlps3, newOneTimePassword, type OneTimePassword } from './passwords.ts';
import type { ProfileOption } from './sessions.ts';
import { deleteSessionsOf } from './store-sessions.ts';
import * as store from './store-users.ts';

const checkInput = checker(UserInput, 'identity.user.invalid');
const checkChanges = checker(UserChanges, 'identity.user.invalid');

/** A user as a list shows it. */
export interface ListedUser extends User {
  /** Locked after failed log-ins until then. */
  readonly lockedUntil: Date | null;
}

/** The log-in name of the first manager. */
const FIRST_MANAGER = 'admin';

/**
 * At the first start (no user at all) makes the manager `admin` with a one-time password, to be shown once. Null at
 * every later start; of replicas that start at once, one gets the password.
 */
export async function ensureAdministrator(db: Database, clock: Clock): Promise<{ name: string; oneTimePassword: string } | null> {
  if (await store.anyUser(db)) return null;
  const password = await newOneTimePassword();
  const user = { id: newId(), name: FIRST_MANAGER, displayName: '管理员', role: 'manager', passwordHash: password.hash } as const;
  const made = await store.insertUser(db, user, clock.now());
  return made === undefined ? null : { name: FIRST_MANAGER, oneTimePassword: password.text };
}

/** Throws `identity.user.invalid`, `identity.user.name-taken`. The one-time password comes from `newOneTimePassword`, made before the transaction. */
export async function createUser(tx: Transaction, clock: Clock, input: UserInput, password: OneTimePassword): Promise<User> {
  const { name, displayName, role } = checkInput(input);
  const made = await store.insertUser(tx, { id: newId(), name, displayName, role, passwordHash: password.hash }, clock.now());
  if (made === undefined) throw nameTaken('user', name);
  return made;
}

/** Throws `identity.user.unknown` (not-found). */
export async function getUser(on: Queryable, clock: Clock, id: string): Promise<ListedUser> {
  const row = isId(id) ? await store.userById(on, id) : undefined;
  if (row === undefined) throw notFound('user');
  const { passwordHash: _, ...user } = row;
  return withLock(user, await locksOf(on, [user.name], clock.now()));
}

/** In the order of names. */
export async function listUsers(on: Queryable, clock: Clock, request: PageRequest = {}): Promise<Page<ListedUser>> {
  const { after, limit } = pageStart(request);
  const { items, next } = pageOf(await store.usersAfter(on, after, limit + 1), limit);
  const locks = await locksOf(on, items.map((user) => user.name), clock.now());
  return { items: items.map((user) => withLock(user, locks)), next };
}

const withLock = (user: User, locks: Map<string, Date>): ListedUser => ({ ...user, lockedUntil: locks.get(user.name) ?? null });

/**
 * Changes name shown, role or whether disabled. Disabling ends the user's sessions and suspends its tokens; a new role
 * is felt by the next request. Throws `identity.user.changed` (precondition-failed) where `version` is not the present
 * one, and `identity.user.last-manager` (conflict) where no manager would be left.
 */
export async function updateUser(tx: Transaction, id: string, version: number, changes: UserChanges): Promise<User> {
  const wanted = checkChanges(changes);
  const managers = await store.lockManagers(tx);
  const user = await expectUser(tx, id, version);
  const next = {
    id,
    displayName: wanted.displayName ?? user.displayName,
    role: wanted.role ?? user.role,
    disabled: wanted.disabled ?? user.disabled,
  };
  if ((next.role !== 'manager' || next.disabled) && managers.length === 1 && managers[0] === user.id) {
    throw conflict('identity.user.last-manager', '这是最后一位可用的管理者，请先设置另一位 (the last manager who can log in: make another one first)');
  }
  if (next.disabled) await deleteSessionsOf(tx, user.id);
  const saved = await store.saveUser(tx, next);
  if (saved === undefined) throw notFound('user');
  return saved;
}

/** Sets a one-time password (made before the transaction), ends the user's sessions and lifts a lock. Throws `identity.user.unknown`, `identity.user.changed`. */
export async function resetPassword(
  tx: Transaction,
  clock: Clock,
  id: string,
  version: number,
  password: OneTimePassword,
  { profile = mlps3 }: ProfileOption = {},
): Promise<User> {
  const user = await expectUser(tx, id, version);
  const change = { userId: user.id, passwordHash: password.hash, mustChange: true, now: clock.now(), history: profile.history };
  const saved = await store.savePassword(tx, change);
  if (saved === undefined) throw notFound('user');
  await deleteSessionsOf(tx, user.id);
  await clearCharges(tx, user.name);
  return saved;
}

/** Lifts the lock that failed log-ins brought. Throws `identity.user.unknown`. */
export async function unlockUser(tx: Transaction, id: string): Promise<void> {
  const user = isId(id) ? await store.userById(tx, id) : undefined;
  if (user === undefined) throw notFound('user');
  await clearCharges(tx, user.name);
}

async function expectUser(tx: Transaction, id: string, version: number): Promise<User> {
  const user = isId(id) ? await store.lockUser(tx, id) : undefined;
  if (user === undefined) throw notFound('user');
  if (user.version !== version) throw changedMeanwhile('user', user.version);
  return user;
}
