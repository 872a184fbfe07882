import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Role, User } from './model.ts';

const columns = `id, name, display_name AS "displayName", role, disabled, must_change AS "mustChange",
  password_set_at AS "passwordSetAt", version, created_at AS "createdAt"`;

export interface UserWithHash extends User {
  readonly passwordHash: string;
}

interface NewUser {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly role: Role;
  readonly passwordHash: string;
}

/** Undefined where the name is taken. The password is a one-time one. */
export async function insertUser(on: Queryable, user: NewUser, now: Date): Promise<User | undefined> {
  const [row] = await on.query<User>(
    `INSERT INTO users (id, name, display_name, role, password_hash, password_set_at, must_change, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, true, $6) ON CONFLICT (name) DO NOTHING RETURNING ${columns}`,
    [user.id, user.name, user.displayName, user.role, user.passwordHash, now],
  );
  return row;
}

export async function anyUser(on: Queryable): Promise<boolean> {
  return (await on.query('SELECT 1 FROM users LIMIT 1')).length > 0;
}

export async function userById(on: Queryable, id: string): Promise<UserWithHash | undefined> {
  const [row] = await on.query<UserWithHash>(`SELECT ${columns}, password_hash AS "passwordHash" FROM users WHERE id = $1`, [id]);
  return row;
}

export async function userByName(on: Queryable, name: string): Promise<UserWithHash | undefined> {
  const [row] = await on.query<UserWithHash>(`SELECT ${columns}, password_hash AS "passwordHash" FROM users WHERE name = $1`, [name]);
  return row;
}

/** Keeps the user as it is until the transaction ends. */
export async function lockUser(tx: Transaction, id: string): Promise<UserWithHash | undefined> {
  const [row] = await tx.query<UserWithHash>(`SELECT ${columns}, password_hash AS "passwordHash" FROM users WHERE id = $1 FOR UPDATE`, [id]);
  return row;
}

/** The managers who can log in, kept as they are until the transaction ends: two cannot leave at once. */
export async function lockManagers(tx: Transaction): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(`SELECT id FROM users WHERE role = 'manager' AND NOT disabled ORDER BY id FOR UPDATE`);
  return rows.map((row) => row.id);
}

export function usersAfter(on: Queryable, after: string | null, count: number): Promise<User[]> {
  return on.query<User>(`SELECT ${columns} FROM users WHERE $1::text IS NULL OR name > $1 ORDER BY name LIMIT $2`, [after, count]);
}

export async function saveUser(tx: Transaction, user: Pick<User, 'id' | 'displayName' | 'role' | 'disabled'>): Promise<User | undefined> {
  const [row] = await tx.query<User>(
    `UPDATE users SET display_name = $2, role = $3, disabled = $4, version = version + 1 WHERE id = $1 RETURNING ${columns}`,
    [user.id, user.displayName, user.role, user.disabled],
  );
  return row;
}

/** Sets the password and moves the one before into the history, which keeps `history` of them. */
export async function savePassword(
  tx: Transaction,
  change: { userId: string; passwordHash: string; mustChange: boolean; now: Date; history: number },
): Promise<User | undefined> {
  await tx.query(
    `INSERT INTO password_history (user_id, password_hash, set_at) SELECT id, password_hash, password_set_at FROM users WHERE id = $1`,
    [change.userId],
  );
  await tx.query(
    `DELETE FROM password_history WHERE user_id = $1
       AND set_at < (SELECT min(set_at) FROM (SELECT set_at FROM password_history WHERE user_id = $1 ORDER BY set_at DESC LIMIT $2) AS kept)`,
    [change.userId, change.history],
  );
  const [row] = await tx.query<User>(
    `UPDATE users SET password_hash = $2, password_set_at = $3, must_change = $4, version = version + 1 WHERE id = $1 RETURNING ${columns}`,
    [change.userId, change.passwordHash, change.now, change.mustChange],
  );
  return row;
}

/** The hashes before the present one, newest first. */
export async function formerPasswords(on: Queryable, userId: string, count: number): Promise<string[]> {
  const rows = await on.query<{ hash: string }>(
    'SELECT password_hash AS hash FROM password_history WHERE user_id = $1 ORDER BY set_at DESC LIMIT $2',
    [userId, count],
  );
  return rows.map((row) => row.hash);
}
