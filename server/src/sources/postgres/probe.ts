import pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';
import type { Probe } from '../../modules/resources/index.ts';
import { incapacitiesOf, missingOf, trialOn } from './abilities.ts';
import { productOf } from './kin.ts';
import type { PostgresSettings } from './settings.ts';

/** Rows of a catalog as JSON tell what a server has, and leave out what it has not. */
const probeSql = `
  SELECT version() AS version, current_setting('server_version') AS "compatibleWith", current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS "timeZone",
         current_user::text AS user, current_setting('is_superuser') AS superuser, pg_is_in_recovery()::text AS standby, ('' IS NULL)::text AS "emptyIsNull",
         (SELECT row_to_json(r)::text FROM pg_roles r WHERE r.rolname = current_user) AS role,
         (SELECT count(*) FROM pg_timezone_names WHERE name = $1)::text AS zones,
         (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
            AND has_schema_privilege(n.oid, 'USAGE')
            AND (has_table_privilege(c.oid, 'INSERT') OR has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')))::text AS writable`;

interface Found {
  version: string;
  compatibleWith: string;
  encoding: string;
  timeZone: string;
  user: string;
  superuser: string;
  standby: string;
  emptyIsNull: string;
  role: string | null;
  zones: string;
  writable: string;
}

/** Proves that a source can be read, and says what the operator should know of it; throws `source.…` with what to mend. */
export async function probe(pool: pg.Pool, settings: PostgresSettings): Promise<Probe> {
  try {
    await checkAbilities(pool);
    const found = (await pool.query<Found>(probeSql, [settings.timeZone])).rows[0];
    if (found === undefined) throw new TypeError('no answer');
    return probeOf(found, settings, (await incapacitiesOf(trialOn(pool))).missing);
  } catch (error) {
    throw error instanceof DomainError ? error : connectionFailure(error, settings);
  }
}

/** Throws `source.unsupported` with what a server lacks without which nothing can be read from it. */
async function checkAbilities(pool: pg.Pool): Promise<void> {
  const missing = await missingOf(trialOn(pool));
  if (missing.length === 0) return;
  throw new DomainError(
    'source-unavailable',
    'source.unsupported',
    `数据库缺少所需功能：${missing.join('、')}，或节点账号无权使用 (the server lacks these, or does not let the log-in use them)`,
    { details: { missing } },
  );
}

function probeOf(found: Found, settings: PostgresSettings, missing: readonly string[]): Probe {
  const { version, compatibleWith, encoding, timeZone, user, zones, standby } = found;
  if (zones === '0') {
    throw new DomainError('invalid-definition', 'source.time-zone', `数据源不认识时区 ${settings.timeZone}，请用 Asia/Shanghai 之类的名称 (the source does not know the time zone: use a name like Asia/Shanghai)`);
  }
  checkEncoding(encoding, settings);
  const might = mightOf(found);
  const readOnly = standby === 'true' ? 'standby' : might.length > 0 || found.writable !== '0' ? 'session' : 'log-in';
  return {
    about: { product: productOf(version), version, compatibleWith: `PostgreSQL ${compatibleWith.replace(/ .*/, '')}`, encoding, timeZone, user, readOnly, missing: missing.join(', ') },
    warnings: [...warningsOf(encoding, might, Number(found.writable)), ...kinWarnings(found, missing)],
  };
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

/** What a role may be that no reader of tables needs to be, and its name to a person; openGauss and its kin have more of it. */
const mighty: Readonly<Record<string, string>> = {
  rolsuper: '超级用户 (a superuser)',
  rolsystemadmin: '系统管理员 (SYSADMIN)',
  rolcreaterole: 'CREATEROLE',
  rolcreatedb: 'CREATEDB',
  rolreplication: 'REPLICATION',
  rolbypassrls: 'BYPASSRLS',
};

function mightOf({ role, superuser }: Found): string[] {
  const attributes: Readonly<Record<string, unknown>> = JSON.parse(role ?? '{}');
  if (superuser === 'on' || attributes['rolsuper'] === true) return [mighty['rolsuper'] ?? ''];
  return Object.entries(mighty).flatMap(([name, title]) => (attributes[name] === true ? [title] : []));
}

function kinWarnings({ emptyIsNull }: Found, missing: readonly string[]): string[] {
  return [
    ...(missing.length > 0 ? [`缺少 ${missing.join('、')}：用到它们的产品不能发布 (the server lacks these: products that need them cannot be published)`] : []),
    ...(emptyIsNull === 'true' ? ['该库按 Oracle 兼容模式把空字符串当作 NULL，输出为 null (the database takes an empty text for NULL, as Oracle does: it is shown as null)'] : []),
  ];
}

function warningsOf(encoding: string, might: readonly string[], writable: number): string[] {
  return [
    ...(might.length > 0 ? [`登录账号权限过大：${might.join('、')}，请改用只读账号 (the log-in is too mighty: use one that may only read)`] : []),
    ...(might.length === 0 && writable > 0 ? [`登录账号可写 ${writable} 张表；本节点只读，建议改用只读账号 (the log-in may write ${writable} tables; the node only reads: a read-only log-in is better)`] : []),
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
  '08P01': { code: 'source.start', says: () => '连接池拒绝了启动参数，请直连数据库，不要经 PgBouncer 之类的连接池 (a pooler between refuses what a start asks for: connect to the database itself)' },
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

/** By their words, where they have no code. */
const wordedCauses: readonly (readonly [RegExp, Cause])[] = [
  [/does not support SSL/, { code: 'source.tls', says: () => '数据库不支持 TLS，请将 tls 设为 off (the server has no TLS: set tls to off)' }],
  [/certificate|self-signed|altnames/i, { code: 'source.certificate', says: () => '数据库的证书未通过验证，请在 ca 中给出签发者证书，或检查主机名 (the certificate does not verify: give its issuer in ca, or check the host name)' }],
  [
    /^SASL: Only mechanism|Unknown authenticationOk message type/,
    {
      code: 'source.authentication',
      says: ({ user }) =>
        `数据库要求本节点不支持的认证方式（openGauss、GaussDB 等自有的 SHA256 或 SM3 认证）：请将 password_encryption_type 设为 1（或 0），在 pg_hba.conf 中对本节点用 md5，并重设账号 ${user} 的密码 (the server asks for an authentication of its own: openGauss and its kin need password_encryption_type 1 or 0, md5 in pg_hba.conf, and the password set anew)`,
    },
  ],
  [/connection timeout|timeout exceeded/, { code: 'source.timeout', says: ({ host, port }) => `连接 ${host}:${port} 超时：请检查地址和防火墙 (no answer: check address and firewall)` }],
];

/** The operator who adds a source is told what the server said; it never says a password. */
function connectionFailure(error: unknown, settings: PostgresSettings): DomainError {
  const { code = '', message } = causeOf(error);
  const cause = causes[code] ?? wordedCauses.find(([pattern]) => pattern.test(message))?.[1];
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
