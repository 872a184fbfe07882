import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { incapacities, type Incapacity, type ReadColumn, type ReadPlan } from '../../modules/resources/index.ts';
import { cellSql, jsonValueSql } from './expressions.ts';
import { cellsOf, cellsPageStatement, contextOf, countStatement, jsonPageStatement, streamStatement, type Statement } from './select.ts';

type Rows = readonly (readonly (string | null)[])[];

/** Puts one statement to the server, apart from all others. */
export type Trial = (statement: Statement) => Promise<Rows>;

/** Something that the server does for the source, tried as the source does it, and what must come of it. */
interface Ability {
  readonly name: string;
  readonly statement: Statement;
  readonly read: (rows: Rows) => unknown;
  readonly right: unknown;
}

const ZONE = 'Asia/Shanghai';
const TEXT = 'int4';
const maskKey = Buffer.from('a key that is no secret');
const column = { name: 'name', column: 'typname', columnType: 'text', mask: null, form: 'text' } as const satisfies ReadColumn;
const sides = [
  { polygon: 0, x1: 5, y1: 3, x2: 5, y2: 5 },
  { polygon: 0, x1: 3, y1: 5, x2: 3, y2: 3 },
];

/** A row that every server has: the type int4, which is four bytes long, read by its name, as a list and as a place. */
const plan: ReadPlan = {
  table: { schema: 'pg_catalog', name: 'pg_type' },
  columns: [column, { ...column, name: 'masked', mask: { kind: 'partial', keepStart: 1, keepEnd: 1 } }],
  natives: { typname: 'name', typlen: 'smallint' },
  types: { typname: 'text', typlen: 'integer' },
  where: { op: 'all', of: [{ op: 'in', column: 'typname', values: [{ type: 'text', text: TEXT }] }, { op: 'within', lon: 'typlen', lat: 'typlen', edges: sides }] },
  inputs: {},
  order: [{ column: 'typname', direction: 'asc' }],
  offset: 0,
  limit: 10,
  whole: true,
  maskKey,
};
const shown = { name: TEXT, masked: 'i**4' };

/** Without these nothing can be read. */
const needed: readonly Ability[] = [
  { name: 'json_agg', statement: jsonPageStatement(plan, ZONE, 1000), read: ([row]) => JSON.parse(row?.[1] ?? ''), right: [shown] },
  { name: 'row_to_json', statement: streamStatement(plan, 'json', ZONE), read: ([row]) => JSON.parse(row?.[0] ?? ''), right: shown },
  { name: 'sum() OVER ()', statement: cellsPageStatement(plan, ZONE, 1000), read: (rows) => cellsOf(rows, 1000), right: [Object.values(shown)] },
  { name: 'count', statement: countStatement(plan, ZONE), read: ([row]) => row?.[0], right: '1' },
];

/** Without these some products cannot be. */
const optional: Readonly<Record<Incapacity, Ability>> = {
  hash: {
    name: 'sha256(bytea)',
    statement: valueOf({ ...column, mask: { kind: 'hash' } }, "SELECT '灵渠'::text AS typname"),
    read: cellsAlike,
    right: createHmac('sha256', maskKey).update('灵渠').digest('hex'),
  },
  instant: {
    name: 'to_json(timestamptz)',
    statement: valueOf({ ...column, columnType: 'timestamptz', form: 'datetime-iso' }, "SELECT '2026-01-02 03:04:05.5+08'::timestamptz AS typname"),
    read: cellsAlike,
    right: '2026-01-02T03:04:05.5+08:00',
  },
};

/** One value, as JSON and as a cell. */
function valueOf(read: ReadColumn, from: string): Statement {
  const context = contextOf(plan, ZONE);
  const text = `SELECT row_to_json(r)::text, c FROM (SELECT ${jsonValueSql(read, context)} AS v, ${cellSql(read, context)} AS c FROM (${from}) t) r`;
  return { text, values: context.bindings.values };
}

function cellsAlike([row]: Rows): unknown {
  const { v, c }: { v?: unknown; c?: unknown } = JSON.parse(row?.[0] ?? '{}');
  return v === c && c === row?.[1] ? c : undefined;
}

/** What the server lacks of that without which nothing can be read. */
export const missingOf = (trial: Trial): Promise<string[]> => failing(trial, needed);

/** What the server lacks of that without which some products cannot be, and the names by which it would have them. */
export async function incapacitiesOf(trial: Trial): Promise<{ readonly cannot: readonly Incapacity[]; readonly missing: readonly string[] }> {
  const missing = await failing(trial, Object.values(optional));
  const cannot = incapacities.filter((each) => missing.includes(optional[each].name));
  return { cannot, missing };
}

async function failing(trial: Trial, abilities: readonly Ability[]): Promise<string[]> {
  const missing: string[] = [];
  for (const ability of abilities) if (!(await succeeds(trial, ability))) missing.push(ability.name);
  return missing;
}

/** Classes of SQLSTATE by which a server says that it has no such thing, does not let us, or means something else by it. */
const unable = /^(0A|22|42)/;

async function succeeds(trial: Trial, { statement, read, right }: Ability): Promise<boolean> {
  try {
    return isDeepStrictEqual(read(await trial(statement)), right);
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof pg.DatabaseError && unable.test(error.code ?? ''))) return false;
    throw error;
  }
}

/** Each statement by itself on a pool. */
export const trialOn = (pool: pg.Pool): Trial => async ({ text, values }) => (await pool.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' })).rows;
