import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Credential, FoundCredential, Subject } from './model.ts';

const subjectColumns = `id, name, kind, unit, contact, owner_id AS "ownerId", disabled, version, created_at AS "createdAt"`;

/** Undefined where the name is taken. */
export async function insertSubject(tx: Transaction, subject: Omit<Subject, 'disabled' | 'version'>): Promise<Subject | undefined> {
  const [row] = await tx.query<Subject>(
    `INSERT INTO subjects (id, name, kind, unit, contact, owner_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING ${subjectColumns}`,
    [subject.id, subject.name, subject.kind, subject.unit, subject.contact, subject.ownerId, subject.createdAt],
  );
  return row;
}

export async function subjectById(on: Queryable, id: string): Promise<Subject | undefined> {
  const [row] = await on.query<Subject>(`SELECT ${subjectColumns} FROM subjects WHERE id = $1`, [id]);
  return row;
}

export async function subjectByName(on: Queryable, name: string): Promise<Subject | undefined> {
  const [row] = await on.query<Subject>(`SELECT ${subjectColumns} FROM subjects WHERE name = $1`, [name]);
  return row;
}

/** Keeps the subject as it is until the transaction ends; its credentials change only under this lock. */
export async function lockSubject(tx: Transaction, id: string): Promise<Subject | undefined> {
  const [row] = await tx.query<Subject>(`SELECT ${subjectColumns} FROM subjects WHERE id = $1 FOR UPDATE`, [id]);
  return row;
}

export function subjectsAfter(on: Queryable, after: string | null, ownerId: string | null, count: number): Promise<Subject[]> {
  return on.query<Subject>(
    `SELECT ${subjectColumns} FROM subjects
     WHERE ($1::text IS NULL OR name > $1) AND ($2::uuid IS NULL OR owner_id = $2) ORDER BY name LIMIT $3`,
    [after, ownerId, count],
  );
}

export async function saveSubject(tx: Transaction, subject: Subject): Promise<Subject | undefined> {
  const [row] = await tx.query<Subject>(
    `UPDATE subjects SET name = $2, unit = $3, contact = $4, owner_id = $5, disabled = $6, version = version + 1
     WHERE id = $1 RETURNING ${subjectColumns}`,
    [subject.id, subject.name, subject.unit, subject.contact, subject.ownerId, subject.disabled],
  );
  return row;
}

export async function deleteSubject(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query('DELETE FROM subjects WHERE id = $1 RETURNING id', [id])).length > 0;
}

// ---- credentials ----------------------------------------------------------------------------------------------------

const credentialColumns = `id, subject_id AS "subjectId", kind, hint, not_before AS "notBefore", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", created_at AS "createdAt"`;

export async function insertCredential(
  tx: Transaction,
  credential: { id: string; subjectId: string; keyHash: string; hint: string; notBefore: Date; expiresAt: Date | null; now: Date },
): Promise<Credential[]> {
  return tx.query<Credential>(
    `INSERT INTO credentials (id, subject_id, kind, key_hash, hint, not_before, expires_at, created_at)
     VALUES ($1, $2, 'appkey', $3, $4, $5, $6, $7) RETURNING ${credentialColumns}`,
    [credential.id, credential.subjectId, credential.keyHash, credential.hint, credential.notBefore, credential.expiresAt, credential.now],
  );
}

const live = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)';

export async function countLiveCredentials(tx: Transaction, subjectId: string, now: Date): Promise<number> {
  const [row] = await tx.query<{ count: number }>(`SELECT count(*) AS count FROM credentials WHERE subject_id = $1 AND ${live}`, [subjectId, now]);
  return row?.count ?? 0;
}

/** Ends every live credential of the subject at `end`, unless it ends sooner by itself. */
export async function endCredentialsBy(tx: Transaction, subjectId: string, now: Date, end: Date): Promise<void> {
  await tx.query(`UPDATE credentials SET expires_at = LEAST(expires_at, $3::timestamptz) WHERE subject_id = $1 AND ${live}`, [subjectId, now, end]);
}

/** Newest first, at most 200. */
export function credentialsOf(on: Queryable, subjectId: string): Promise<Credential[]> {
  return on.query<Credential>(
    `SELECT ${credentialColumns} FROM credentials WHERE subject_id = $1 ORDER BY created_at DESC, id LIMIT 200`,
    [subjectId],
  );
}

/** One revoked before keeps its time. */
export async function revokeCredentialOf(tx: Transaction, subjectId: string, id: string, now: Date): Promise<Credential | undefined> {
  const [row] = await tx.query<Credential>(
    `UPDATE credentials SET revoked_at = COALESCE(revoked_at, $3) WHERE subject_id = $1 AND id = $2 RETURNING ${credentialColumns}`,
    [subjectId, id, now],
  );
  return row;
}

export async function credentialByHash(on: Queryable, keyHash: string): Promise<FoundCredential | undefined> {
  const [row] = await on.query<FoundCredential>(
    `SELECT c.id AS "credentialId", s.id AS "subjectId", s.name AS "subjectName", c.not_before AS "notBefore", c.expires_at AS "expiresAt",
            c.revoked_at AS "revokedAt", s.disabled AS "subjectDisabled"
     FROM credentials c JOIN subjects s ON s.id = c.subject_id WHERE c.key_hash = $1`,
    [keyHash],
  );
  return row;
}

/** Every subject's name and owner, for whoever reads sums by their identifiers. */
export const subjectLabels = (on: Queryable): Promise<{ id: string; name: string; ownerId: string | null }[]> => on.query('SELECT id, name, owner_id AS "ownerId" FROM subjects');
