import { DomainError } from '../../kernel/errors.ts';
import type { Probe } from '../../modules/resources/index.ts';
import type { Ask } from './describe.ts';
import { isServerError } from './failures.ts';
import type { ReaderPools } from './pools.ts';
import type { MysqlSettings } from './settings.ts';
import { isZone } from './zones.ts';

/** What the log-in may do, by all ways: on its tables' columns roles and rights on the whole server count already. */
const probeSql = `
  SELECT VERSION(), @@character_set_database, @@collation_database, CURRENT_USER(), JSON_QUOTE('a'),
    (SELECT CAST(COUNT(DISTINCT c.TABLE_NAME) AS CHAR) FROM information_schema.COLUMNS c JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
      WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND (LOCATE('insert', c.PRIVILEGES) > 0 OR LOCATE('update', c.PRIVILEGES) > 0)),
    (SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
      WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND e.TRANSACTIONS <> 'YES')`;

/** Rights over the whole server that no reader of tables needs. */
const MIGHTY = ['SUPER', 'FILE', 'PROCESS', 'SHUTDOWN', 'CREATE USER', 'SYSTEM_USER', 'CONNECTION_ADMIN', 'CONNECTION ADMIN', 'SET USER', 'BINLOG ADMIN'];

export const isMariadb = async (ask: Ask): Promise<boolean> => ((await ask({ text: 'SELECT VERSION()', values: [] }))[0]?.[0] ?? '').includes('MariaDB');

/** Proves that a source can be read, and says what the operator should know of it; throws `source.…` with what to mend. */
export async function probe(pools: ReaderPools, settings: MysqlSettings): Promise<Probe> {
  if (!isZone(settings.timeZone)) {
    throw new DomainError('invalid-definition', 'source.time-zone', `不认识时区 ${settings.timeZone}，请用 Asia/Shanghai 之类的名称 (unknown time zone: use a name like Asia/Shanghai)`);
  }
  try {
    const session = await pools.page(new AbortController().signal);
    let whole = false;
    try {
      const [found = []] = await session.rows({ text: probeSql, values: [] });
      const grants = await session.rows({ text: 'SHOW GRANTS', values: [] });
      whole = true;
      return probeOf(found.map((cell) => cell ?? ''), grants.map(([grant]) => grant ?? ''));
    } finally {
      session.release(whole);
    }
  } catch (error) {
    throw connectionFailure(error, settings);
  }
}

function probeOf([version = '', charset = '', collation = '', user = '', , writable = '0', unsafe = '0']: readonly string[], grants: readonly string[]): Probe {
  const product = version.includes('MariaDB') ? `MariaDB ${version.replace(/-MariaDB.*$/, '')}` : `MySQL ${version}`;
  const might = mightOf(grants);
  return {
    about: { version: product, charset, collation, user },
    warnings: [
      ...(might.length > 0 ? [`登录账号权限过大（${might.join('、')}），请改用只有 SELECT 权限的账号 (the log-in is too mighty: use one that may only SELECT)`] : []),
      ...(might.length === 0 && writable !== '0' ? [`登录账号可写 ${writable} 张表；本节点只读，建议改用只读账号 (the log-in may write ${writable} tables; the node only reads: a read-only log-in is better)`] : []),
      ...(unsafe === '0' ? [] : [`${unsafe} 张表使用不支持事务的引擎（如 MyISAM）：读取期间的修改会使整表下载中断，且慢速读取会锁表 (${unsafe} tables have an engine without transactions, like MyISAM: changes while one is read interrupt its download, and a slow reader locks it)`]),
    ],
  };
}

/** Of grants like ``GRANT SELECT, FILE ON *.* TO `u`@`%` WITH GRANT OPTION``. */
function mightOf(grants: readonly string[]): string[] {
  const found = new Set<string>();
  for (const grant of grants) {
    const [, rights = ''] = /^GRANT (.+?) ON \*\.\* TO /.exec(grant) ?? [];
    const names = rights.split(/, ?/);
    if (names.includes('ALL PRIVILEGES')) found.add('ALL PRIVILEGES');
    for (const name of MIGHTY) if (names.includes(name)) found.add(name);
    if (grant.endsWith(' WITH GRANT OPTION')) found.add('GRANT OPTION');
  }
  return [...found];
}

interface Cause {
  readonly code: string;
  readonly says: (settings: MysqlSettings) => string;
}

const usersConnections: Cause = { code: 'source.connections', says: ({ user }) => `账号 ${user} 的连接数已满 (the user has no free connection)` };

/** Errors of connecting, by the server's number or the system's code, in words that say what to mend. */
const causes: Readonly<Record<string, Cause>> = {
  1045: { code: 'source.password', says: ({ user }) => `账号 ${user} 或其密码不正确，或不允许从本机登录；若账号要求加密，请将 tls 设为 require (wrong user or password, or the user may not log in from here; if it demands TLS, set tls to require)` },
  1698: { code: 'source.password', says: ({ user }) => `账号 ${user} 不能用密码登录 (the user does not log in by password)` },
  1130: { code: 'source.log-in', says: () => '数据库不允许从本机登录 (the server refuses log-ins from this host)' },
  1044: { code: 'source.privilege', says: ({ user, database }) => `账号 ${user} 无权使用数据库 ${database} (the user may not use the database)` },
  1049: { code: 'source.database', says: ({ database }) => `没有数据库 ${database} (no such database)` },
  1040: { code: 'source.connections', says: () => '数据库连接数已满 (the server has no free connection)' },
  1203: usersConnections,
  1226: usersConnections,
  3159: { code: 'source.tls', says: () => '数据库要求加密连接，请将 tls 设为 require 或 verify (the server demands TLS: set tls to require or verify)' },
  1305: { code: 'source.version', says: () => '数据库版本过旧：需要 MySQL 5.7.8 或 MariaDB 10.2.3 以上 (too old: MySQL 5.7.8 or MariaDB 10.2.3 at least)' },
  HANDSHAKE_NO_SSL_SUPPORT: { code: 'source.tls', says: () => '数据库不支持 TLS，请将 tls 设为 off (the server has no TLS: set tls to off)' },
  ECONNREFUSED: { code: 'source.refused', says: ({ host, port }) => `${host}:${port} 拒绝连接：请检查端口、防火墙，以及数据库是否启动 (connection refused: check port, firewall, and whether the server runs)` },
  ENOTFOUND: { code: 'source.host', says: ({ host }) => `找不到主机 ${host} (host not found)` },
  EAI_AGAIN: { code: 'source.host', says: ({ host }) => `找不到主机 ${host}：域名解析失败 (host not found: name resolution failed)` },
  EHOSTUNREACH: { code: 'source.host', says: ({ host }) => `无法到达主机 ${host} (host unreachable)` },
  ENETUNREACH: { code: 'source.host', says: ({ host }) => `无法到达主机 ${host} (network unreachable)` },
  ETIMEDOUT: { code: 'source.timeout', says: ({ host, port }) => `连接 ${host}:${port} 超时：请检查地址和防火墙 (no answer: check address and firewall)` },
};

const certificate: Cause = { code: 'source.certificate', says: () => '数据库的证书未通过验证，请在 ca 中给出签发者证书，或检查主机名 (the certificate does not verify: give its issuer in ca, or check the host name)' };

/** The operator who adds a source is told what the server said; it never says a password. */
function connectionFailure(error: unknown, settings: MysqlSettings): DomainError {
  if (error instanceof DomainError) return error;
  const message = error instanceof Error ? error.message : 'unknown error';
  const cause = causes[keyOf(error)] ?? (/certificate|self-signed|altnames/i.test(message) ? certificate : undefined);
  const says = cause?.says(settings) ?? `${message} (check host, port, database, user and password)`;
  return new DomainError('source-unavailable', cause?.code ?? 'source.test-failed', `连接测试失败：${says}`, { cause: error });
}

/** The server's number, or the code of the system or the driver. */
function keyOf(error: unknown): string {
  if (isServerError(error)) return String(error.errno);
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : '';
}
