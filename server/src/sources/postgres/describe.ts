import type pg from 'pg';
import type { ColumnType } from '../../modules/policy/index.ts';
import type { ColumnDescription, Incapacity, TableDescription } from '../../modules/resources/index.ts';
import { incapacitiesOf, trialOn } from './abilities.ts';

/**
 * SQL of a type's name and kind. A type of PostGIS is named with the schema of the extension, where its functions are, and
 * is of kind `g`.
 */
export const typeSql = (type: string, modifier: string): { readonly native: string; readonly kind: string } => {
  const isPostgis = `${type}.typname IN ('geometry', 'geography') AND EXISTS (SELECT 1 FROM pg_extension e WHERE e.extname = 'postgis' AND e.extnamespace = ${type}.typnamespace)`;
  const name = `format_type(${type}.oid, ${modifier})`;
  return {
    native: `CASE WHEN ${isPostgis} THEN (SELECT quote_ident(tn.nspname) FROM pg_namespace tn WHERE tn.oid = ${type}.typnamespace) || '.' || ${type}.typname || coalesce(substring(${name} from '[(].*$'), '') ELSE ${name} END`,
    kind: `CASE WHEN ${isPostgis} THEN 'g' ELSE ${type}.typtype::text END`,
  };
};
const base = typeSql('b', "CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END");

/**
 * Only what is old in pg_catalog is asked, for the sake of PostgreSQL's kin. Columns are those that the node may read,
 * a domain is shown as its base type, and a collation under which different texts are equal is part of the type's name.
 */
const columnsSql = `
  SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, NOT a.attnotnull AS nullable,
         ${base.native}
           || CASE WHEN row_to_json(co)::text LIKE '%"collisdeterministic":false%' THEN ' collate ' || quote_ident(co.collname) ELSE '' END AS native,
         coalesce(col_description(c.oid, a.attnum), '') AS comment, coalesce(obj_description(c.oid, 'pg_class'), '') AS table_comment, ${base.kind} AS kind
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp\\_%'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
  ORDER BY n.nspname, c.relname, a.attnum`;

/** Unique keys without NULLs or conditions, primary keys first, then the shortest; columns in the index's own order. */
const keysSql = `
  SELECT n.nspname AS schema, c.relname AS table,
         array_agg(a.attname::text ORDER BY strpos(' ' || i.indkey::text || ' ', ' ' || a.attnum || ' ')) AS columns
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
  WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  GROUP BY n.nspname, c.relname, i.indexrelid, i.indisprimary, i.indnatts
  HAVING bool_and(a.attnotnull AND has_column_privilege(i.indrelid, a.attnum, 'SELECT'))
  ORDER BY i.indisprimary DESC, i.indnatts, i.indexrelid`;

const typeNames: Readonly<Record<string, ColumnType>> = {
  text: 'text',
  'character varying': 'text',
  character: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'bigint',
  numeric: 'decimal',
  real: 'float',
  'double precision': 'float',
  boolean: 'boolean',
  date: 'date',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  bytea: 'binary',
  json: 'json',
  jsonb: 'json',
  uuid: 'uuid',
  point: 'geometry',
};

/** `numeric(10,2)` is a numeric; enumerations are text; what is not known can be shown as text and takes no condition. */
export function columnType(native: string, kind: string): ColumnType {
  if (kind === 'e') return 'text';
  if (kind === 'g') return 'geometry';
  return typeNames[native.replace(/ collate .*$/, '').replace(/\([^)]*\)/, '').trim()] ?? 'other';
}

interface ColumnRow {
  schema: string;
  table: string;
  column: string;
  native: string;
  nullable: boolean;
  /** NULL where it is empty, of kin that follow Oracle. */
  comment: string | null;
  table_comment: string | null;
  kind: string;
}

/** What a server cannot do is told of the columns that it concerns. */
export function unable(column: ColumnDescription, incapacities: readonly Incapacity[]): ColumnDescription {
  const cannot = incapacities.filter((each) => each !== 'instant' || column.type === 'timestamp' || column.type === 'timestamptz');
  return cannot.length === 0 ? column : { ...column, cannot };
}

export async function describeTables(pool: pg.Pool): Promise<TableDescription[]> {
  const { cannot } = await incapacitiesOf(trialOn(pool));
  const columns = await pool.query<ColumnRow>(columnsSql);
  const keys = await pool.query<{ schema: string; table: string; columns: string[] }>(keysSql);
  const tables = new Map<string, { schema: string; name: string; comment: string; columns: ColumnDescription[]; key: readonly string[] }>();
  for (const row of columns.rows) {
    const id = JSON.stringify([row.schema, row.table]);
    const table = tables.get(id) ?? { schema: row.schema, name: row.table, comment: row.table_comment ?? '', columns: [], key: [] };
    table.columns.push(unable({ name: row.column, type: columnType(row.native, row.kind), native: row.native, nullable: row.nullable, comment: row.comment ?? '' }, cannot));
    tables.set(id, table);
  }
  for (const row of keys.rows) {
    const table = tables.get(JSON.stringify([row.schema, row.table]));
    if (table !== undefined && table.key.length === 0) table.key = row.columns;
  }
  return [...tables.values()];
}
