import { isId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Product, ProductDefinition, ProductState } from './model.ts';

interface ProductRow {
  id: string;
  code: string;
  state: ProductState;
  provider_id: string | null;
  live_version: number | null;
  version: number;
  created_at: Date;
  updated_at: Date;
  number: number;
  published_at: Date | null;
  resource_id: string;
  definition: ProductDefinition;
}

const toProduct = (row: ProductRow): Product => ({
  id: row.id,
  code: row.code,
  state: row.state,
  providerId: row.provider_id,
  liveVersion: row.live_version,
  draftVersion: row.number,
  draftPublishedAt: row.published_at,
  definition: row.definition,
  resourceId: row.resource_id,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const newestSql = `SELECT p.*, v.number, v.published_at, v.resource_id, v.definition FROM products p
  JOIN product_versions v ON v.product_id = p.id AND v.number = (SELECT max(number) FROM product_versions WHERE product_id = p.id)`;
const liveSql = `SELECT p.*, v.number, v.published_at, v.resource_id, v.definition FROM products p
  JOIN product_versions v ON v.product_id = p.id AND v.number = p.live_version`;

/** False where the code is taken. */
export async function insertProduct(tx: Transaction, product: { id: string; code: string; providerId: string | null; resourceId: string; definition: ProductDefinition }): Promise<boolean> {
  const rows = await tx.query('INSERT INTO products (id, code, provider_id) VALUES ($1, $2, $3) ON CONFLICT (code) DO NOTHING RETURNING id', [product.id, product.code, product.providerId]);
  if (rows.length === 0) return false;
  await putVersion(tx, product.id, 1, product.resourceId, product.definition);
  return true;
}

export async function putVersion(tx: Transaction, id: string, number: number, resourceId: string, definition: ProductDefinition): Promise<void> {
  await tx.query(
    `INSERT INTO product_versions (product_id, number, resource_id, definition) VALUES ($1, $2, $3, $4)
     ON CONFLICT (product_id, number) DO UPDATE SET resource_id = excluded.resource_id, definition = excluded.definition`,
    [id, number, resourceId, JSON.stringify(definition)],
  );
}

/** Raises the product's version when it is still the expected one; false when someone else was quicker. */
export async function touchProduct(tx: Transaction, id: string, expected: number): Promise<boolean> {
  const rows = await tx.query('UPDATE products SET version = version + 1, updated_at = now() WHERE id = $1 AND version = $2 RETURNING id', [id, expected]);
  return rows.length === 1;
}

export async function setState(tx: Transaction, id: string, state: ProductState, liveVersion: number | null): Promise<void> {
  await tx.query('UPDATE products SET state = $2, live_version = $3 WHERE id = $1', [id, state, liveVersion]);
  if (liveVersion !== null) await tx.query('UPDATE product_versions SET published_at = now() WHERE product_id = $1 AND number = $2', [id, liveVersion]);
}

/** By identifier or code, which is $1; no code looks like an identifier. */
const byReference = (reference: string): string => (isId(reference) ? 'p.id = $1::uuid' : 'p.code = $1');

async function productBy(on: Queryable, sql: string, reference: string): Promise<Product | undefined> {
  if (reference.includes('\0')) return undefined; // PostgreSQL takes no NUL
  const [row] = await on.query<ProductRow>(`${sql} WHERE ${byReference(reference)}`, [reference]);
  return row === undefined ? undefined : toProduct(row);
}

/** The product with its newest version. */
export const findProduct = (on: Queryable, reference: string): Promise<Product | undefined> => productBy(on, newestSql, reference);

/** The product with its live version; undefined unless it is published. */
export const findLiveProduct = async (on: Queryable, reference: string): Promise<Product | undefined> => productBy(on, liveSql, reference);

export interface ProductFilter {
  /** Only what comes after this code. */
  readonly after: string;
  readonly limit: number;
  /** Only products of this provider. */
  readonly providerId?: string | undefined;
  readonly state?: ProductState | undefined;
}

/** With their newest versions, in the order of their codes. */
export async function listProductRows(on: Queryable, filter: ProductFilter): Promise<Product[]> {
  const rows = await on.query<ProductRow>(
    `${newestSql} WHERE p.code > $1 AND ($3::uuid IS NULL OR p.provider_id = $3) AND ($4::text IS NULL OR p.state = $4) ORDER BY p.code LIMIT $2`,
    [filter.after, filter.limit, filter.providerId ?? null, filter.state ?? null],
  );
  return rows.map(toProduct);
}

/** The codes of these products, as far as there are such, for whoever reads sums by their identifiers. */
export const codesOf = async (on: Queryable, ids: readonly string[]): Promise<Map<string, string>> =>
  new Map((await on.query<{ id: string; code: string }>('SELECT id, code FROM products WHERE id = ANY($1::uuid[])', [ids.filter(isId)])).map(({ id, code }) => [id, code]));

export const productIdsOf = async (on: Queryable, providerId: string): Promise<string[]> =>
  (await on.query<{ id: string }>('SELECT id FROM products WHERE provider_id = $1', [providerId])).map(({ id }) => id);

/** The next sequence of a provider's codes; the lock keeps two callers from taking the same one (GOV-code). */
export async function nextSequence(tx: Transaction, providerCode: string): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`product-code:${providerCode}`]);
  const [row] = await tx.query<{ next: number }>(
    `SELECT coalesce(max(split_part(code, '_', 3)::bigint), 0) + 1 AS next FROM products WHERE code ~ ('^s_' || $1 || '_[0-9]{1,9}$')`,
    [providerCode],
  );
  return row?.next ?? 1;
}

export async function deleteProductRow(tx: Transaction, id: string): Promise<void> {
  await tx.query('DELETE FROM products WHERE id = $1', [id]);
}

/** Rights of any state: even a revoked one is part of the history that names the product. */
export async function grantsOf(on: Queryable, productId: string): Promise<number> {
  const [row] = await on.query<{ n: number }>('SELECT count(*)::int AS n FROM grants WHERE product_id = $1', [productId]);
  return row?.n ?? 0;
}
