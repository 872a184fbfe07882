import { LRUCache } from 'lru-cache';
import { parseSync } from 'libpg-query';
import { MOST_NESTED_CALLS } from '../../sql-template/growth.ts';
import { refusedQuery } from '../../sql-template/refused.ts';
import * as allowed from './allowed.ts';
import { growingCall, isFilledFar } from './growth.ts';
import { checkGroups } from './small-groups.ts';
import { isTree, namesOf, unqualified, type Tree } from './tree.ts';

/**
 * Names in a text that the database itself looks up, each where it finds the best match for the arguments: the name of a
 * listed function may so lead to one of the database's own.
 */
export interface Lookups {
  readonly functions: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
  /** Of casts. */
  readonly types: ReadonlySet<string>;
  /** Last words of names of columns: `t.f` may mean f(t). */
  readonly attributes: ReadonlySet<string>;
}

const checked = new LRUCache<string, Lookups>({ max: 1000 });

/**
 * Takes one SELECT made of nothing but what `allowed.ts` lists; what is not listed is refused, known or not. Every text
 * that is run passes here, with the optional parts that stand in it. PostgreSQL's own parser reads it, which the caller
 * has loaded. `groupColumn` is that of the query's smallest group. Throws `query.…`.
 */
export function checkSelect(sql: string, schemas: readonly string[], groupColumn?: string): Lookups {
  const key = JSON.stringify([schemas, sql, groupColumn]);
  const known = checked.get(key);
  if (known !== undefined) return known;
  const lookups = { functions: new Set<string>(), operators: new Set<string>(), types: new Set<string>(), attributes: new Set<string>() };
  const statement = statementOf(sql);
  walk(statement, { schemas, ...lookups }, 0);
  if (groupColumn !== undefined) checkGroups(statement, groupColumn);
  checked.set(key, lookups);
  return lookups;
}

type Judging = { readonly schemas: readonly string[] } & { readonly [kind in keyof Lookups]: Set<string> };

function statementOf(sql: string): Tree {
  const statements = parsed(sql);
  const [first] = statements;
  const statement = first?.stmt;
  if (statements.length !== 1 || statement === undefined || !('SelectStmt' in statement)) {
    throw refusedQuery('query.statements', 'SQL 须为一条 SELECT（可带 WITH） (one SELECT, which may begin with WITH)');
  }
  return statement;
}

function parsed(sql: string) {
  try {
    return parseSync(sql).stmts ?? [];
  } catch (error) {
    throw refusedQuery('query.syntax', `SQL 有误：${error instanceof Error ? error.message : ''} (the SQL cannot be read)`, error);
  }
}

/** Parts that the tree carries without naming their kind, which no query may have. */
const forbidden = new Map([
  ['intoClause', 'SELECT INTO'],
  ['lockingClause', 'FOR UPDATE / FOR SHARE'],
]);

/** `calls` counts those around. */
function walk(value: unknown, judging: Judging, calls: number): void {
  if (Array.isArray(value)) for (const each of value) walk(each, judging, calls);
  if (!isTree(value)) return;
  if (calls > MOST_NESTED_CALLS) throw notAllowed(`嵌套超过 ${MOST_NESTED_CALLS} 层的函数 (calls nested deeper)`);
  for (const [key, inner] of Object.entries(value)) {
    const name = forbidden.get(key);
    if (name !== undefined) throw notAllowed(name);
    if (key === 'typeName') checkType(inner, judging);
    else if (/^[A-Z]/.test(key)) checkNode(key, inner, judging);
    walk(inner, judging, key === 'FuncCall' ? calls + 1 : calls);
  }
}

function checkNode(kind: string, node: unknown, judging: Judging): void {
  if (!allowed.nodes.has(kind)) throw notAllowed(kind);
  if (!isTree(node)) return;
  if (kind === 'FuncCall') checkFunction(namesOf(node['funcname']), node, judging);
  else if (kind === 'RangeVar') checkTable(node, judging.schemas);
  else if (kind === 'A_Expr') checkOperator(namesOf(node['name']), judging);
  else if (kind === 'SubLink' || kind === 'SortBy') checkOperator(namesOf(node['operName'] ?? node['useOp']), judging);
  else if (kind === 'CollateClause') checkCollation(namesOf(node['collname']));
  else if (kind === 'SQLValueFunction' && !allowed.valueFunctions.has(String(node['op']))) throw notAllowed(String(node['op']).replace(/^SVFOP_/, ''));
  else if (kind === 'ColumnRef') noteAttribute(namesOf(node['fields']), 1, judging);
  else if (kind === 'A_Indirection') noteAttribute(namesOf(node['indirection']), 0, judging);
}

function checkFunction(names: readonly string[], call: Tree, { functions }: Judging): void {
  const name = unqualified(names);
  if (name === undefined || !allowed.functions.has(name)) throw notAllowed(`${names.join('.')}()`);
  const form = growingCall(name, call);
  if (form !== undefined) throw notAllowed(`这样的 ${name}()，只可写作 ${form}`);
  if (names.length === 1) functions.add(name);
}

function checkType(type: unknown, { types }: Judging): void {
  const names = namesOf(isTree(type) ? type['names'] : undefined);
  const name = unqualified(names);
  if (name === undefined || !allowed.types.has(name) || (isTree(type) && isFilledFar(name, type))) throw notAllowed(`::${names.join('.')}`);
  types.add(name);
}

function checkOperator(names: readonly string[], { operators }: Judging): void {
  if (names.length > 1 || !names.every((name) => allowed.operators.has(name))) throw notAllowed(names.join('.'));
  for (const name of names) operators.add(name);
}

function checkCollation(names: readonly string[]): void {
  const name = unqualified(names);
  if (name !== 'C' && name !== 'POSIX') throw notAllowed(`COLLATE ${names.join('.')}`);
}

function checkTable(table: Tree, schemas: readonly string[]): void {
  const { catalogname, schemaname, relname } = table;
  const name = [catalogname, schemaname, relname].filter((each) => typeof each === 'string').join('.');
  if (catalogname !== undefined) throw notAllowed(name);
  if (typeof schemaname === 'string' ? !schemas.includes(schemaname) : String(relname).startsWith('pg_')) {
    throw refusedQuery('query.schema', `SQL 不可读取 ${name}：只可读取 querySchemas 所列模式（${schemas.join('、')}）中的表 (only tables of the schemas that the source lists in querySchemas)`);
  }
}

function noteAttribute(names: readonly string[], from: number, { attributes }: Judging): void {
  for (const name of names.slice(from)) attributes.add(name);
}

const notAllowed = (what: string) => refusedQuery('query.not-allowed', `SQL 中不可使用 ${what} (not allowed in a query; the guide lists what is)`);
