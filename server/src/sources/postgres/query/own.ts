import type pg from 'pg';
import type { DomainError } from '../../../kernel/errors.ts';
import { refusedQuery } from '../../sql-template/refused.ts';
import type { Lookups } from './check.ts';

/** What the grammar looks up without its being written: for BETWEEN, JOIN … USING, CASE x WHEN, IN (SELECT …). */
const unwritten = ['=', '<>', '<', '<=', '>', '>='];
/** The node itself reads the answer's values as these; `to_json` and its like look for a cast to the second. */
const readAs = ['text', 'json'];

/** Neither the server's, which come before number 16384 (FirstNormalObjectId), nor an extension's. */
const ofOwn = (catalog: 'pg_proc' | 'pg_operator', alias: string): string => `
  ${alias}.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${alias}.oid AND d.deptype = 'e')`;

/**
 * Functions and operators of the schemas whose best match the server could take for one that is listed; functions of one
 * argument that could be called as if they were columns; and casts, which are found in whatever schema their functions
 * stand: those that nobody has to write, and those to types that are named (`f(x)` and `x.f` may mean x::f).
 */
const ownSql = `
  SELECT 'function' AS kind, p.proname::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = ANY ($1::name[]) AND p.proname = ANY ($2::name[]) AND ${ofOwn('pg_proc', 'p')}
  UNION ALL
  SELECT 'operator', o.oprname::text FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
  WHERE n.nspname = ANY ($1::name[]) AND o.oprname = ANY ($3::name[]) AND ${ofOwn('pg_operator', 'o')}
  UNION ALL
  SELECT 'attribute', p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_type t ON t.oid = p.proargtypes[0]
  WHERE n.nspname = ANY ($1::name[]) AND p.proname = ANY ($4::name[]) AND p.pronargs - p.pronargdefaults <= 1 AND (t.typtype IN ('c', 'p', 'd') OR p.provariadic <> 0)
  UNION ALL
  SELECT 'cast', format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_type t ON t.oid = c.casttarget
  WHERE (c.castcontext = 'i' OR t.typname = ANY ($5::name[])) AND ${ofOwn('pg_proc', 'p')}
  LIMIT 1`;

type Kind = 'function' | 'operator' | 'attribute' | 'cast';

const findings: Readonly<Record<Kind, (name: string) => string>> = {
  function: (name) => `${name}()：数据库自建了同名函数，可能调用到它；请写作 pg_catalog.${name}(…)，或改用视图 (the database has a function of its own of this name: write pg_catalog.${name}(…), or query a view)`,
  operator: (name) => `运算符 ${name}：数据库自建了同名运算符，可能调用到它，请改用视图 (the database has an operator of its own of this name: query a view)`,
  attribute: (name) => `.${name}：会调用数据库函数 ${name}() (written as a column, it calls a function)`,
  cast: (name) => `数据库自建的类型转换 CAST (${name})，请改用视图 (the database has a cast of its own, which the query may call: query a view)`,
};

/** The refusal of a text whose names may lead to code of the database's own, which may do more than its caller. */
export async function ownCode(client: pg.ClientBase, schemas: readonly string[], { functions, operators, types, attributes }: Lookups): Promise<DomainError | undefined> {
  const { rows } = await client.query<{ kind: Kind; name: string }>({
    name: 'own-code',
    text: ownSql,
    values: [schemas, [...functions], [...unwritten, ...operators], [...attributes], [...readAs, ...functions, ...types, ...attributes]],
  });
  const [found] = rows;
  return found === undefined ? undefined : refusedQuery('query.not-allowed', `SQL 中不可使用 ${findings[found.kind](found.name)}`);
}
