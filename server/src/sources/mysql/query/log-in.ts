import type { Ask } from '../describe.ts';
import { refusedQuery } from '../../sql-template/refused.ts';

/** A right to nothing, and rights to see: on the database of the source or a table of it. */
const harmless = /^GRANT (?<rights>.+?) ON (?<place>\S+) TO /;
const sight = /^(?:SELECT|SHOW VIEW)(?: \([^()]+\))?$/;

/** Tables of any database that the log-in may write, however it came to it. */
const writableSql = `
  SELECT DISTINCT CONCAT(c.TABLE_SCHEMA, '.', c.TABLE_NAME) FROM information_schema.COLUMNS c
  WHERE c.TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'sys') AND (LOCATE('insert', c.PRIVILEGES) > 0 OR LOCATE('update', c.PRIVILEGES) > 0) LIMIT 5`;

/**
 * Throws `query.log-in` with all that is to be mended (design: Doors), before a query runs under the log-in. A grant that
 * is not known to be harmless (a role, a right over the whole server, another database) is too much.
 */
export async function checkLogIn(ask: Ask, user: string, database: string): Promise<void> {
  const grants = (await ask({ text: 'SHOW GRANTS', values: [] })).map(([grant]) => grant ?? '');
  const writable = (await ask({ text: writableSql, values: [] })).map(([table]) => table ?? '');
  const faults = [
    ...grants.filter((grant) => !isHarmless(grant, database)).map((grant) => `请收回 ${withoutSecret(grant)}，只留 SELECT ON ${database}.* (revoke it: SELECT on this database alone)`),
    ...writable.map((table) => `可写表 ${table} (it may write this table)`),
  ];
  if (faults.length > 0) throw refusedQuery('query.log-in', `queryUser ${user} 权限过大：${faults.join('; ')} (it can do more than read)`);
}

function isHarmless(grant: string, database: string): boolean {
  if (grant.includes(' WITH GRANT OPTION')) return false;
  const { rights = '', place = '' } = harmless.exec(grant)?.groups ?? {};
  if (rights === 'USAGE') return place === '*.*';
  const within = /^`((?:[^`]|``)+)`\.(?:\*|`(?:[^`]|``)+`)$/.exec(place)?.[1]?.replaceAll('``', '`').replaceAll(/\\([_%])/g, '$1');
  return within === database && rightsOf(rights).every((right) => sight.test(right));
}

/** `SELECT (a, b), SHOW VIEW` is two. */
const rightsOf = (rights: string): string[] => rights.split(/, (?![^(]*\))/);

/** MariaDB shows the hash of a password. */
const withoutSecret = (grant: string): string => grant.replace(/ TO .*$/s, '');
