import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Policy } from '../policy/index.ts';
import type { Grant, GrantState } from './model.ts';

interface GrantRow {
  id: string;
  subject_id: string;
  subject_name: string;
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

const grantSql = `SELECT g.*, s.name AS subject_name, p.code AS product_code
  FROM grants g JOIN subjects s ON s.id = g.subject_id JOIN products p ON p.id = g.product_id`;

export interface GrantValues {
  readonly policy: Policy;
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
}

export async function insertGrant(tx: Transaction, id: string, subjectId: string, productId: string, values: GrantValues): Promise<void> {
  await tx.query('INSERT INTO grants (id, subject_id, product_id, policy, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6)', [
    id,
    subjectId,
    productId,
    JSON.stringify(values.policy),
    values.validFrom,
    values.validTo,
  ]);
}

export async function updateGrant(tx: Transaction, id: string, values: GrantValues, expected: number): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE grants SET policy = $2, valid_from = $3, valid_to = $4, version = version + 1, updated_at = now()
     WHERE id = $1 AND version = $5 AND state <> 'revoked' RETURNING id`,
    [id, JSON.stringify(values.policy), values.validFrom, values.validTo, expected],
  );
  return rows.length === 1;
}

export async function setGrantState(tx: Transaction, id: string, state: GrantState): Promise<void> {
  await tx.query('UPDATE grants SET state = $2, version = version + 1, updated_at = now() WHERE id = $1', [id, state]);
}

export async function findGrant(on: Queryable, id: string): Promise<Grant | undefined> {
  const [row] = await on.query<GrantRow>(`${grantSql} WHERE g.id::text = $1`, [id]);
  return row === undefined ? undefined : toGrant(row);
}

/** The right that a call finds by (subject, product); a revoked one is no right. */
export async function findRight(on: Queryable, subjectId: string, productId: string): Promise<Grant | undefined> {
  const [row] = await on.query<GrantRow>(`${grantSql} WHERE g.subject_id = $1 AND g.product_id = $2 AND g.state <> 'revoked'`, [subjectId, productId]);
  return row === undefined ? undefined : toGrant(row);
}

export interface GrantFilter {
  readonly subjectId?: string;
  readonly productId?: string;
  /** Only grants whose subject, or whose product, belongs to this user. */
  readonly ownerId?: string;
  readonly after: string;
  readonly limit: number;
}

export async function listGrants(on: Queryable, filter: GrantFilter): Promise<Grant[]> {
  const rows = await on.query<GrantRow>(
    `${grantSql} WHERE g.id::text > $1 AND ($3::uuid IS NULL OR g.subject_id = $3) AND ($4::uuid IS NULL OR g.product_id = $4)
       AND ($5::uuid IS NULL OR s.owner_id = $5 OR p.provider_id = $5) ORDER BY g.id::text LIMIT $2`,
    [filter.after, filter.limit, filter.subjectId ?? null, filter.productId ?? null, filter.ownerId ?? null],
  );
  return rows.map(toGrant);
}
