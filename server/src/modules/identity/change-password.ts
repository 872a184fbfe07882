import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../storage/database.ts';
import { clearCharges, provePassword } from './attempts.ts';
import { conflict, unknownSession } from './errors.ts';
import { hashPassword, verifyPassword } from './hashing.ts';
import type { User } from './model.ts';
import { assertPassword, mlps3, usedBefore } from './passwords.ts';
import type { AlongsideOption, ProfileOption, Session } from './sessions.ts';
import { deleteSessionsOf } from './store-sessions.ts';
import { formerPasswords, lockUser, savePassword, userById } from './store-users.ts';

/**
 * Changes the password of the session's own user and ends the user's other sessions. Throws the broken rule's own code
 * (`identity.password.short`, `.long`, `.classes`, `.name`, `.control`, `.history`); wrong present passwords count
 * towards the lock-out like failed log-ins.
 */
export async function changePassword(
  db: Database,
  clock: Clock,
  session: Session,
  { current, next }: { readonly current: string; readonly next: string },
  { profile = mlps3, alongside }: ProfileOption & AlongsideOption<User> = {},
): Promise<User> {
  const now = clock.now();
  const user = await userById(db, session.actor.id);
  if (user === undefined) throw unknownSession();
  assertPassword(next, user.name, profile);
  await provePassword(db, now, profile, { name: user.name, password: current, stored: user.passwordHash });
  const last = [user.passwordHash, ...(await formerPasswords(db, user.id, profile.history - 1))];
  for (const hash of last) {
    if (await verifyPassword(next, hash)) throw usedBefore(profile);
  }
  const passwordHash = await hashPassword(next);
  return db.transaction(async (tx) => {
    const still = await lockUser(tx, user.id);
    if (still?.passwordHash !== user.passwordHash || still.disabled) {
      throw conflict('identity.password.changed', '密码已被他人修改，请重新登录 (the password was changed meanwhile: log in again)');
    }
    const saved = await savePassword(tx, { userId: user.id, passwordHash, mustChange: false, now, history: profile.history });
    if (saved === undefined) throw unknownSession();
    await deleteSessionsOf(tx, user.id, session.keyHash);
    await clearCharges(tx, user.name);
    await alongside?.(tx, saved);
    return saved;
  });
}
