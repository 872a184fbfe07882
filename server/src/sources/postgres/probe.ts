import pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';
import type { Probe } from '../../modules/resources/index.ts';
import type { PostgresSettings } from './settings.ts';

const probeSql = `
  SELECT version() AS version, current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS "timeZone",
         current_user::text AS user, current_setting('is_superuser') AS superuser,
         (SELECT count(*) FROM pg_timezone_names WHERE name = $1)::text AS zones,
         (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
            AND has_schema_privilege(n.oid, 'USAGE')
            AND (has_table_privilege(c.oid, 'INSERT') OR has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')))::text AS writable`;

interface Found {
  version: string;
  encoding: string;
  timeZone: string;
  user: string;
  superuser: string;
  zones: string;
  writable: string;
}

/** Proves that a source can be read, and says what the operator should know of it; throws `source.…` with what to mend. */
export async function probe(pool: pg.Pool, settings: PostgresSettings): Promise<Probe> {
  let found: Found | undefined;
  try {
    found = (await pool.query<Found>(probeSql, [settings.timeZone])).rows[0];
  } catch (error) {
    throw connectionFailure(error, settings);
  }
  if (found === undefined) throw connectionFailure(new TypeError('no answer'), settings);
  const { version, encoding, timeZone, user, superuser, zones, writable } = found;
  if (zones === '0') {
    throw new DomainError('invalid-definition', 'source.time-zone', `数据源不认识时区 ${settings.timeZone}，请用 Asia/Shanghai 之类的名称 (the source does not know the time zone: use a name like Asia/Shanghai)`);
  }
  checkEncoding(encoding, settings);
  return { about: { version, encoding, timeZone, user }, warnings: warningsOf(encoding, superuser === 'on', Number(writable)) };
}

/** A server that does not know its encoding cannot convert, count characters or compare them: only UTF-8 can be borne. */
function checkEncoding(encoding: string, settings: PostgresSettings): void {
  if (encoding !== 'SQL_ASCII' || settings.charset === 'utf-8') return;
  throw new DomainError(
    'invalid-definition',
    'source.charset',
    '数据库编码为 SQL_ASCII：若其中文本实为 UTF-8，请将 charset 设为 utf-8；其他编码（如 GBK）无法正确读取和脱敏，请先将数据库转为 UTF8 编码 (the database is SQL_ASCII: if its texts are UTF-8, set charset to utf-8; texts in GBK or others cannot be read and masked rightly: convert the database to UTF8)',
  );
}

function warningsOf(encoding: string, superuser: boolean, writable: number): string[] {
  return [
    ...(superuser ? ['登录账号是超级用户，请改用只读账号 (the log-in is a superuser: use one that may only read)'] : []),
    ...(!superuser && writable > 0 ? [`登录账号可写 ${writable} 张表；本节点只读，建议改用只读账号 (the log-in may write ${writable} tables; the node only reads: a read-only log-in is better)`] : []),
    ...(encoding === 'SQL_ASCII' ? ['数据库编码为 SQL_ASCII：部分脱敏按字节而非字符进行 (database encoding SQL_ASCII: partial masks count bytes, not characters)'] : []),
    ...(encoding !== 'SQL_ASCII' && encoding !== 'UTF8' ? [`数据库编码为 ${encoding}：文本的大小比较按该编码进行 (database encoding ${encoding}: texts are ordered by that encoding)`] : []),
  ];
}

interface Cause {
  readonly code: string;
  readonly says: (settings: PostgresSettings) => string;
}

/** SQLSTATEs and system errors of connecting, in words that say what to mend. */
const causes: Readonly<Record<string, Cause>> = {
  '28P01': { code: 'source.password', says: ({ user }) => `账号 ${user} 的密码不正确 (wrong password)` },
  '28000': { code: 'source.log-in', says: ({ user }) => `数据库不允许账号 ${user} 从本机登录，请检查账号和 pg_hba.conf；若要求加密，请将 tls 设为 require (the server refuses this log-in: check the user and pg_hba.conf; if it demands TLS, set tls to require)` },
  '3D000': { code: 'source.database', says: ({ database }) => `没有数据库 ${database} (no such database)` },
  '42501': { code: 'source.privilege', says: ({ user, database }) => `账号 ${user} 无权连接数据库 ${database} (the user may not connect to the database)` },
  '53300': { code: 'source.connections', says: () => '数据库连接数已满 (the server has no free connection)' },
  '57P03': { code: 'source.starting', says: () => '数据库正在启动，请稍后再试 (the server is starting: try again later)' },
  ECONNREFUSED: { code: 'source.refused', says: ({ host, port }) => `${host}:${port} 拒绝连接：请检查端口、防火墙，以及数据库是否启动 (connection refused: check port, firewall, and whether the server runs)` },
  ENOTFOUND: { code: 'source.host', says: ({ host }) => `找不到主机 ${host} (host not found)` },
  EAI_AGAIN: { code: 'source.host', says: ({ host }) => `找不到主机 ${host}：域名解析失败 (host not found: name resolution failed)` },
  EHOSTUNREACH: { code: 'source.host', says: ({ host }) => `无法到达主机 ${host} (host unreachable)` },
  ENETUNREACH: { code: 'source.host', says: ({ host }) => `无法到达主机 ${host} (network unreachable)` },
};

const tlsCauses: readonly (readonly [RegExp, Cause])[] = [
  [/does not support SSL/, { code: 'source.tls', says: () => '数据库不支持 TLS，请将 tls 设为 off (the server has no TLS: set tls to off)' }],
  [/certificate|self-signed|altnames/i, { code: 'source.certificate', says: () => '数据库的证书未通过验证，请在 ca 中给出签发者证书，或检查主机名 (the certificate does not verify: give its issuer in ca, or check the host name)' }],
  [/connection timeout|timeout exceeded/, { code: 'source.timeout', says: ({ host, port }) => `连接 ${host}:${port} 超时：请检查地址和防火墙 (no answer: check address and firewall)` }],
];

/** The operator who adds a source is told what the server said; it never says a password. */
function connectionFailure(error: unknown, settings: PostgresSettings): DomainError {
  const { code = '', message } = causeOf(error);
  const cause = causes[code] ?? tlsCauses.find(([pattern]) => pattern.test(message))?.[1];
  const says = cause?.says(settings) ?? `${message} (check host, port, database, user and password)`;
  return new DomainError('source-unavailable', cause?.code ?? 'source.test-failed', `连接测试失败：${says}`, { cause: error });
}

/** Node tries every address of a name, and then throws all of their errors at once. */
function causeOf(error: unknown): { code?: string; message: string } {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return { message: 'unknown error' };
  const { code, message } = first as NodeJS.ErrnoException;
  return { message, ...(code === undefined ? {} : { code }) };
}
