import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Role } from './model.ts';

interface NewSession {
  readonly keyHash: string;
  readonly csrfHash: string;
  readonly userId: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

export interface SessionRow {
  readonly csrfHash: string;
  readonly seenAt: Date;
  readonly expiresAt: Date;
  readonly userId: string;
  readonly userName: string;
  readonly role: Role;
  readonly mustChange: boolean;
  readonly passwordSetAt: Date;
}

export async function insertSession(tx: Transaction, session: NewSession): Promise<void> {
  await tx.query('INSERT INTO sessions (key_hash, user_id, csrf_hash, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)', [
    session.keyHash,
    session.userId,
    session.csrfHash,
    session.now,
    session.expiresAt,
  ]);
}

/** The session, while neither it nor its user has ended. */
export async function liveSession(on: Queryable, keyHash: string, now: Date, idleSince: Date): Promise<SessionRow | undefined> {
  const [row] = await on.query<SessionRow>(
    `SELECT s.csrf_hash AS "csrfHash", s.seen_at AS "seenAt", s.expires_at AS "expiresAt", u.id AS "userId", u.name AS "userName",
            u.role, u.must_change AS "mustChange", u.password_set_at AS "passwordSetAt"
     FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.key_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND NOT u.disabled`,
    [keyHash, now, idleSince],
  );
  return row;
}

export async function touchSession(on: Queryable, keyHash: string, now: Date): Promise<void> {
  await on.query('UPDATE sessions SET seen_at = $2 WHERE key_hash = $1 AND seen_at < $2', [keyHash, now]);
}

export async function deleteSession(on: Queryable, keyHash: string): Promise<void> {
  await on.query('DELETE FROM sessions WHERE key_hash = $1', [keyHash]);
}

/** Ends the user's sessions, but the one to keep. */
export async function deleteSessionsOf(tx: Transaction, userId: string, keepKeyHash: string | null = null): Promise<void> {
  await tx.query('DELETE FROM sessions WHERE user_id = $1 AND key_hash IS DISTINCT FROM $2', [userId, keepKeyHash]);
}

export async function deleteEndedSessions(on: Queryable, now: Date, idleSince: Date): Promise<void> {
  await on.query('DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2', [now, idleSince]);
}
