import { isId } from '../../kernel/ids.ts';
import type { Database, Queryable, Transaction } from '../../storage/database.ts';
import type { Resource, Source } from './model.ts';
import type { ColumnDescription, Relation, SourceSettings } from './ports.ts';

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

export interface StoredSource extends Omit<Source, 'secrets'> {
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

/** False where the name is taken. */
export async function insertSource(tx: Transaction, source: { id: string; name: string; type: string; settings: SourceSettings; secretsSealed: string | null; ownerId: string | null }): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO sources (id, name, type, settings, secrets_sealed, owner_id, checked_at) VALUES ($1, $2, $3, $4, $5, $6, now())
     ON CONFLICT (name) DO NOTHING RETURNING id`,
    [source.id, source.name, source.type, JSON.stringify(source.settings), source.secretsSealed, source.ownerId],
  );
  return rows.length === 1;
}

export async function updateSourceRow(tx: Transaction, id: string, settings: SourceSettings, secretsSealed: string | null, version: number): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE sources SET settings = $2, secrets_sealed = $3, version = version + 1, state = 'ok', state_note = '', checked_at = now()
     WHERE id = $1 AND version = $4 RETURNING id`,
    [id, JSON.stringify(settings), secretsSealed, version],
  );
  return rows.length === 1;
}

/** True where the state is another than before. */
export async function setSourceState(tx: Transaction, id: string, state: 'ok' | 'failing', note: string): Promise<boolean> {
  const [before] = await tx.query<{ state: string }>('SELECT state FROM sources WHERE id = $1 FOR UPDATE', [id]);
  await tx.query('UPDATE sources SET state = $2, state_note = $3, checked_at = now() WHERE id = $1', [id, state, note]);
  return before !== undefined && before.state !== state;
}

/** Takes a source that a live product reads from and that was last looked at so long ago, the longest first. */
export async function claimSourceToCheck(database: Database, olderThanSeconds: number): Promise<string | undefined> {
  const [row] = await database.query<{ id: string }>(
    `UPDATE sources SET checked_at = now() WHERE id = (
       SELECT s.id FROM sources s
       WHERE (s.checked_at IS NULL OR s.checked_at < now() - make_interval(secs => $1)) AND EXISTS (
         SELECT FROM resources r JOIN product_versions v ON v.resource_id = r.id JOIN products p ON p.id = v.product_id AND p.live_version = v.number WHERE r.source_id = s.id)
       ORDER BY s.checked_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`,
    [olderThanSeconds],
  );
  return row?.id;
}

/** How a thing is found by its identifier or its name, which is $1; no name looks like an identifier, and none holds NUL. */
const byReference = (alias: string, reference: string): string => (isId(reference) ? `${alias}.id = $1::uuid` : `${alias}.name = $1`);
const canExist = (reference: string): boolean => !reference.includes('\0');

export async function findSource(on: Queryable, reference: string): Promise<StoredSource | undefined> {
  const [row] = canExist(reference) ? await on.query<SourceRow>(`SELECT * FROM sources s WHERE ${byReference('s', reference)}`, [reference]) : [];
  return row === undefined ? undefined : toSource(row);
}

/** Keeps a source from being removed (`share`), or anything from being put on it (`update`), until the transaction ends. */
export async function lockSource(tx: Transaction, reference: string, lock: 'share' | 'update'): Promise<StoredSource | undefined> {
  const strength = lock === 'share' ? 'KEY SHARE' : 'UPDATE';
  const [row] = canExist(reference) ? await tx.query<SourceRow>(`SELECT * FROM sources s WHERE ${byReference('s', reference)} FOR ${strength}`, [reference]) : [];
  return row === undefined ? undefined : toSource(row);
}

export interface ListFilter {
  /** Only what comes after this name. */
  readonly after: string;
  readonly limit: number;
  /** Only what this user added. */
  readonly ownerId?: string | undefined;
}

export async function listSourceRows(on: Queryable, { after, limit, ownerId }: ListFilter): Promise<StoredSource[]> {
  const rows = await on.query<SourceRow>('SELECT * FROM sources WHERE name > $1 AND ($3::uuid IS NULL OR owner_id = $3) ORDER BY name LIMIT $2', [after, limit, ownerId ?? null]);
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
  location: Relation;
  fields: readonly ColumnDescription[];
  key_columns: string[];
  notice: string;
  owner_id: string | null;
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
  ownerId: row.owner_id,
  version: row.version,
});

const resourceSql = 'SELECT r.*, s.name AS source_name FROM resources r JOIN sources s ON s.id = r.source_id';

/** False where the name is taken. */
export async function insertResource(tx: Transaction, resource: Pick<Resource, 'id' | 'sourceId' | 'name' | 'title' | 'table' | 'columns' | 'key' | 'ownerId'>): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO resources (id, source_id, name, title, location, fields, key_columns, owner_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (name) DO NOTHING RETURNING id`,
    [
      resource.id,
      resource.sourceId,
      resource.name,
      resource.title,
      { ...resource.table },
      JSON.stringify(resource.columns),
      resource.key,
      resource.ownerId,
    ],
  );
  return rows.length === 1;
}

export async function findResource(on: Queryable, reference: string): Promise<Resource | undefined> {
  const [row] = canExist(reference) ? await on.query<ResourceRow>(`${resourceSql} WHERE ${byReference('r', reference)}`, [reference]) : [];
  return row === undefined ? undefined : toResource(row);
}

/** As `lockSource`. */
export async function lockResource(tx: Transaction, reference: string, lock: 'share' | 'update'): Promise<Resource | undefined> {
  const strength = lock === 'share' ? 'KEY SHARE' : 'UPDATE';
  const [row] = canExist(reference) ? await tx.query<ResourceRow>(`${resourceSql} WHERE ${byReference('r', reference)} FOR ${strength} OF r`, [reference]) : [];
  return row === undefined ? undefined : toResource(row);
}

export async function listResourceRows(on: Queryable, { after, limit, ownerId }: ListFilter): Promise<Resource[]> {
  const rows = await on.query<ResourceRow>(`${resourceSql} WHERE r.name > $1 AND ($3::uuid IS NULL OR r.owner_id = $3) ORDER BY r.name LIMIT $2`, [after, limit, ownerId ?? null]);
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
