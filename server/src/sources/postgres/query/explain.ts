import type pg from 'pg';
import type { QueryExplanation } from '../../../modules/resources/index.ts';
import type { BoundValue } from '../expressions.ts';

/** A table that is read from its first row to its last should be small. */
const LARGE_ROWS = 100_000;
/** PostgreSQL's unit: about a page read in order. */
const LARGE_COST = 1_000_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly PlanNode[];
}

/** What the database would do for a statement, and what of that its operator should think about. */
export async function explained(client: pg.ClientBase, text: string, values: readonly BoundValue[]): Promise<QueryExplanation> {
  const lines = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...values]);
  const json = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(`EXPLAIN (VERBOSE, FORMAT JSON) ${text}`, [...values]);
  const root = json.rows[0]?.['QUERY PLAN'][0]?.Plan;
  return {
    plan: lines.rows.map((row) => row['QUERY PLAN']),
    cost: root?.['Total Cost'] ?? null,
    rows: root?.['Plan Rows'] ?? null,
    warnings: root === undefined ? [] : [...costly(root), ...(await scans(client, root))],
  };
}

const costly = ({ 'Total Cost': cost }: PlanNode): string[] =>
  cost > LARGE_COST ? [`估计代价 ${Math.round(cost)} 很高，可能超时：请加索引或必填参数 (the estimated cost is high, it may time out: add an index or a required parameter)`] : [];

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

async function scans(client: pg.ClientBase, root: PlanNode): Promise<string[]> {
  const scanned = nodesOf(root).flatMap(({ 'Node Type': type, 'Relation Name': table, Schema: schema }) => (type === 'Seq Scan' && table !== undefined && schema !== undefined ? [{ schema, table }] : []));
  const { rows } = await client.query<{ name: string; rows: string }>(
    `SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, c.reltuples::bigint::text AS rows
     FROM (SELECT unnest($1::text[]) AS schema, unnest($2::text[]) AS name) AS scanned JOIN pg_namespace n ON n.nspname = scanned.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = scanned.name
     WHERE c.reltuples >= $3::float8`,
    [scanned.map(({ schema }) => schema), scanned.map(({ table }) => table), LARGE_ROWS],
  );
  return rows.map(({ name, rows: size }) => `将全表扫描 ${name}（约 ${size} 行）：请为条件建索引 (a sequential scan over this table: make an index for the conditions)`);
}
