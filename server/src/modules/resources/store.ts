import type { Queryable, Transaction } from '../../storage/database.ts';
import type { Resource, Source } from './model.ts';
import type { ColumnDescription, SourceSettings, TableName } from './ports.ts';

interface SourceRow {
  id: string;
  name: string;
  type: string;
  settings: SourceSettings;
  secrets_sealed: string | null;
  state: 'ok' | 'failing';
  state_note: string;
  checked_at: Date | null;
  owner_id: string | null;
  version: number;
}

export interface StoredSource extends Source {
  readonly secretsSealed: string | null;
}

const toSource = (row: SourceRow): StoredSource => ({
  id: row.id,
  name: row.name,
  type: row.type,
  settings: row.settings,
  secretsSealed: row.secrets_sealed,
  state: row.state,
  stateNote: row.state_note,
  checkedAt: row.checked_at,
  ownerId: row.owner_id,
  version: row.version,
});

export async function insertSource(tx: Transaction, source: { id: string; name: string; type: string; settings: SourceSettings; secretsSealed: string | null; ownerId: string | null }): Promise<void> {
  await tx.query(
    `INSERT INTO sources (id, name, type, settings, secrets_sealed, owner_id, checked_at) VALUES ($1, $2, $3, $4, $5, $6, now())`,
    [source.id, source.name, source.type, JSON.stringify(source.settings), source.secretsSealed, source.ownerId],
  );
}

export async function updateSourceRow(tx: Transaction, id: string, settings: SourceSettings, secretsSealed: string | null, version: number): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE sources SET settings = $2, secrets_sealed = $3, version = version + 1, state = 'ok', state_note = '', checked_at = now()
     WHERE id = $1 AND version = $4 RETURNING id`,
    [id, JSON.stringify(settings), secretsSealed, version],
  );
  return rows.length === 1;
}

export async function setSourceState(on: Queryable, id: string, state: 'ok' | 'failing', note: string): Promise<void> {
  await on.query('UPDATE sources SET state = $2, state_note = $3, checked_at = now() WHERE id = $1', [id, state, note]);
}

export async function findSource(on: Queryable, idOrName: string): Promise<StoredSource | undefined> {
  const [row] = await on.query<SourceRow>('SELECT * FROM sources WHERE id::text = $1 OR name = $1', [idOrName]);
  return row === undefined ? undefined : toSource(row);
}

export async function listSourceRows(on: Queryable, after: string, limit: number): Promise<StoredSource[]> {
  const rows = await on.query<SourceRow>('SELECT * FROM sources WHERE name > $1 ORDER BY name LIMIT $2', [after, limit]);
  return rows.map(toSource);
}

export async function deleteSourceRow(tx: Transaction, id: string): Promise<void> {
  await tx.query('DELETE FROM sources WHERE id = $1', [id]);
}

// ---- resources ----------------------------------------------------------------------------------------------------

interface ResourceRow {
  id: string;
  source_id: string;
  source_name: string;
  name: string;
  title: string;
  location: TableName;
  fields: readonly ColumnDescription[];
  key_columns: string[];
  notice: string;
  version: number;
}

const toResource = (row: ResourceRow): Resource => ({
  id: row.id,
  sourceId: row.source_id,
  sourceName: row.source_name,
  name: row.name,
  title: row.title,
  table: row.location,
  columns: row.fields,
  key: row.key_columns,
  notice: row.notice,
  version: row.version,
});

const resourceSql = 'SELECT r.*, s.name AS source_name FROM resources r JOIN sources s ON s.id = r.source_id';

export async function insertResource(tx: Transaction, resource: { id: string; sourceId: string; name: string; title: string; table: TableName; columns: readonly ColumnDescription[]; key: readonly string[] }): Promise<void> {
  await tx.query('INSERT INTO resources (id, source_id, name, title, location, fields, key_columns) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
    resource.id,
    resource.sourceId,
    resource.name,
    resource.title,
    { schema: resource.table.schema, name: resource.table.name },
    JSON.stringify(resource.columns),
    resource.key,
  ]);
}

export async function findResource(on: Queryable, idOrName: string): Promise<Resource | undefined> {
  const [row] = await on.query<ResourceRow>(`${resourceSql} WHERE r.id::text = $1 OR r.name = $1`, [idOrName]);
  return row === undefined ? undefined : toResource(row);
}

export async function listResourceRows(on: Queryable, after: string, limit: number): Promise<Resource[]> {
  const rows = await on.query<ResourceRow>(`${resourceSql} WHERE r.name > $1 ORDER BY r.name LIMIT $2`, [after, limit]);
  return rows.map(toResource);
}

export async function updateResourceColumns(tx: Transaction, id: string, columns: readonly ColumnDescription[], key: readonly string[], notice: string): Promise<void> {
  await tx.query('UPDATE resources SET fields = $2, key_columns = $3, notice = $4, version = version + 1 WHERE id = $1', [id, JSON.stringify(columns), key, notice]);
}

export async function deleteResourceRow(tx: Transaction, id: string): Promise<void> {
  await tx.query('DELETE FROM resources WHERE id = $1', [id]);
}

export async function resourcesOf(on: Queryable, sourceId: string): Promise<string[]> {
  const rows = await on.query<{ name: string }>('SELECT name FROM resources WHERE source_id = $1 ORDER BY name', [sourceId]);
  return rows.map((row) => row.name);
}

/** Codes of the products that any version of which packages the resource. */
export async function productsOf(on: Queryable, resourceId: string): Promise<string[]> {
  const rows = await on.query<{ code: string }>(
    'SELECT DISTINCT p.code FROM products p JOIN product_versions v ON v.product_id = p.id WHERE v.resource_id = $1 ORDER BY p.code',
    [resourceId],
  );
  return rows.map((row) => row.code);
}

export async function addNotice(on: Queryable, id: string, kind: string, about: string, message: string): Promise<void> {
  await on.query('INSERT INTO notices (id, kind, about, message) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, about, message) DO UPDATE SET at = now(), seen = false', [id, kind, about, message]);
}
