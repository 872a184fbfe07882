import { isId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Policy } from '../policy/index.ts';
import type { Grant, GrantState } from './model.ts';

interface GrantRow {
  id: string;
  subject_id: string;
  subject_name: string;
  subject_owner_id: string | null;
  provider_id: string | null;
  product_id: string;
  product_code: string;
  policy: Policy;
  valid_from: Date | null;
  valid_to: Date | null;
  state: GrantState;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const toGrant = (row: GrantRow): Grant => ({
  id: row.id,
  subjectId: row.subject_id,
  subjectName: row.subject_name,
  subjectOwnerId: row.subject_owner_id,
  providerId: row.provider_id,
  productId: row.product_id,
  productCode: row.product_code,
  policy: row.policy,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  state: row.state,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const grantSql = `SELECT g.*, s.name AS subject_name, s.owner_id AS subject_owner_id, p.code AS product_code, p.provider_id
  FROM grants g JOIN subjects s ON s.id = g.subject_id JOIN products p ON p.id = g.product_id`;

export interface GrantValues {
  readonly policy: Policy;
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
}

/** False where the subject holds a right to the product already. */
export async function insertGrant(tx: Transaction, id: string, subjectId: string, productId: string, values: GrantValues): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO grants (id, subject_id, product_id, policy, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (subject_id, product_id) WHERE state <> 'revoked' DO NOTHING RETURNING id`,
    [id, subjectId, productId, JSON.stringify(values.policy), values.validFrom, values.validTo],
  );
  return rows.length === 1;
}

/** Keeps the grant as it is until the transaction ends. */
export async function lockGrant(tx: Transaction, id: string): Promise<Grant | undefined> {
  const [row] = isId(id) ? await tx.query<GrantRow>(`${grantSql} WHERE g.id = $1 FOR UPDATE OF g`, [id]) : [];
  return row === undefined ? undefined : toGrant(row);
}

export async function updateGrant(tx: Transaction, id: string, values: GrantValues, expected: number): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE grants SET policy = $2, valid_from = $3, valid_to = $4, version = version + 1, updated_at = now()
     WHERE id = $1 AND version = $5 RETURNING id`,
    [id, JSON.stringify(values.policy), values.validFrom, values.validTo, expected],
  );
  return rows.length === 1;
}

export async function setGrantState(tx: Transaction, id: string, state: GrantState): Promise<void> {
  await tx.query('UPDATE grants SET state = $2, version = version + 1, updated_at = now() WHERE id = $1', [id, state]);
}

export async function findGrant(on: Queryable, id: string): Promise<Grant | undefined> {
  const [row] = isId(id) ? await on.query<GrantRow>(`${grantSql} WHERE g.id = $1`, [id]) : [];
  return row === undefined ? undefined : toGrant(row);
}

/** The right that a call finds by (subject, product); a revoked one is no right. */
export async function findRight(on: Queryable, subjectId: string, productId: string): Promise<Grant | undefined> {
  const [row] = await on.query<GrantRow>(`${grantSql} WHERE g.subject_id = $1 AND g.product_id = $2 AND g.state <> 'revoked'`, [subjectId, productId]);
  return row === undefined ? undefined : toGrant(row);
}

export interface GrantFilter {
  readonly subjectId?: string | undefined;
  readonly productId?: string | undefined;
  readonly state?: GrantState | undefined;
  /** Only grants whose subject, or whose product, belongs to this user. */
  readonly ownerId?: string | undefined;
  /** Only what comes after this identifier; '' for all. */
  readonly after: string;
  readonly limit: number;
}

/** In the order of their identifiers. */
export async function listGrants(on: Queryable, filter: GrantFilter): Promise<Grant[]> {
  const rows = await on.query<GrantRow>(
    `${grantSql} WHERE ($1::uuid IS NULL OR g.id > $1) AND ($3::uuid IS NULL OR g.subject_id = $3) AND ($4::uuid IS NULL OR g.product_id = $4)
       AND ($5::uuid IS NULL OR s.owner_id = $5 OR p.provider_id = $5) AND ($6::text IS NULL OR g.state = $6) ORDER BY g.id LIMIT $2`,
    [filter.after === '' ? null : filter.after, filter.limit, filter.subjectId ?? null, filter.productId ?? null, filter.ownerId ?? null, filter.state ?? null],
  );
  return rows.map(toGrant);
}
