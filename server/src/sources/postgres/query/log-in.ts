import type pg from 'pg';
import { refusedQuery } from '../../sql-template/refused.ts';

const userSchema = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'";

/**
 * What a log-in that runs queries may not be or have, nor any role that it could become; only what is old in pg_catalog is
 * asked. BYPASSRLS is younger than some of PostgreSQL's kin: the row is asked whether it has it.
 */
const faultsSql = `
  WITH reach AS (SELECT oid, rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication,
      row_to_json(r)::text ~ '"rolbypassrls" *: *true' AS rolbypassrls FROM pg_roles r WHERE pg_has_role(oid, 'MEMBER'))
  SELECT * FROM (
    SELECT 'attribute' AS fault, rolname || ': ' || concat_ws(', ', CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
           CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END) AS about
    FROM reach WHERE rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
    UNION ALL
    SELECT 'member', rolname::text FROM reach WHERE rolname LIKE 'pg\\_%'
    UNION ALL
    (SELECT DISTINCT 'write', quote_ident(n.nspname) || '.' || quote_ident(c.relname)
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN reach r
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${userSchema}
       AND (has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE') OR has_table_privilege(r.oid, c.oid, 'DELETE') OR has_table_privilege(r.oid, c.oid, 'TRUNCATE'))
     LIMIT 5)
    UNION ALL
    SELECT DISTINCT 'create', quote_ident(n.nspname) FROM pg_namespace n CROSS JOIN reach r WHERE ${userSchema} AND has_schema_privilege(r.oid, n.oid, 'CREATE')
    UNION ALL
    SELECT DISTINCT 'database', current_database()::text FROM reach r WHERE has_database_privilege(r.oid, current_database(), 'CREATE')
    UNION ALL
    SELECT DISTINCT 'function', p.proname::text FROM pg_proc p CROSS JOIN reach r
    WHERE p.proname IN ('pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export')
      AND NOT r.rolsuper AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
    UNION ALL
    SELECT 'node', current_database()::text WHERE 5 = (
      SELECT count(DISTINCT c.relname) FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relname IN ('schema_migrations', 'journal', 'credentials', 'sources', 'grants'))
  ) faults LIMIT 20`;

type Fault = 'attribute' | 'member' | 'write' | 'create' | 'database' | 'function' | 'node';

const mending: Readonly<Record<Fault, (about: string) => string>> = {
  attribute: (about) => `具有 ${about} 属性，请 ALTER ROLE 去除 (take these attributes away by ALTER ROLE)`,
  member: (about) => `是 ${about} 的成员，请 REVOKE ${about} (revoke this membership)`,
  write: (about) => `可写表 ${about}，请 REVOKE INSERT, UPDATE, DELETE, TRUNCATE，只留 SELECT (it may write this table: leave SELECT alone)`,
  create: (about) => `可在模式 ${about} 中建对象，请 REVOKE CREATE ON SCHEMA ${about} FROM PUBLIC 及该账号 (it may create in this schema: revoke that, from PUBLIC too)`,
  database: (about) => `可在数据库 ${about} 中建模式，请 REVOKE CREATE ON DATABASE (it may create schemas: revoke that)`,
  function: (about) => `可执行 ${about}()，请 REVOKE EXECUTE (it may call this function: revoke that)`,
  node: (about) => `所连数据库 ${about} 是灵渠节点自己的库，不可运行 SQL 模板 (this is a node's own database: queries do not run there)`,
};

/** Throws `query.log-in` with all that is to be mended (design: Doors), before a query runs under the log-in. */
export async function checkLogIn(client: pg.ClientBase, user: string): Promise<void> {
  const { rows } = await client.query<{ fault: Fault; about: string }>(faultsSql);
  if (rows.length === 0) return;
  throw refusedQuery('query.log-in', `queryUser ${user} 权限过大：${rows.map(({ fault, about }) => mending[fault](about)).join('; ')} (it can do more than read)`);
}
