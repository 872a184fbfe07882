import type { Queryable, Transaction } from '../../storage/database.ts';
import { isId } from './checks.ts';
import type { Subject } from './model.ts';

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

/** False where there is no such subject. */
export async function savePublicKey(tx: Transaction, id: string, publicKey: string | null): Promise<boolean> {
  return (await tx.query('UPDATE subjects SET public_key = $2 WHERE id = $1 RETURNING id', [id, publicKey])).length > 0;
}

export async function findPublicKey(on: Queryable, id: string): Promise<string | null> {
  const [row] = await on.query<{ publicKey: string | null }>('SELECT public_key AS "publicKey" FROM subjects WHERE id = $1', [id]);
  return row?.publicKey ?? null;
}

/** The names of these subjects, as far as there are such, for whoever reads sums by their identifiers. */
export const subjectNames = async (on: Queryable, ids: readonly string[]): Promise<Map<string, string>> =>
  new Map((await on.query<{ id: string; name: string }>('SELECT id, name FROM subjects WHERE id = ANY($1::uuid[])', [ids.filter(isId)])).map(({ id, name }) => [id, name]));

export const subjectIdsOf = async (on: Queryable, ownerId: string): Promise<string[]> =>
  (await on.query<{ id: string }>('SELECT id FROM subjects WHERE owner_id = $1', [ownerId])).map(({ id }) => id);
