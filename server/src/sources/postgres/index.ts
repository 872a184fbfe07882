import pg from 'pg';
import Type from 'typebox';
import { Parse } from 'typebox/value';
import { DomainError } from '../../kernel/errors.ts';
import type { Probe, SourceConnection, SourceType, TableDescription } from '../../modules/resources/index.ts';
import { describeTables } from './describe.ts';
import { sourceFailure } from './failures.ts';
import { PostgresReader } from './reader.ts';
import { readerSession } from './session.ts';

const Settings = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 5432 }),
    database: Type.String({ minLength: 1, maxLength: 128 }),
    user: Type.String({ minLength: 1, maxLength: 128 }),
    password: Type.String({ maxLength: 1024, default: '' }),
    tls: Type.Union([Type.Literal('off'), Type.Literal('require'), Type.Literal('verify')], { default: 'off' }),
    /** Zone in which times without zone are meant. */
    timeZone: Type.String({ maxLength: 64, default: 'Asia/Shanghai' }),
    /** Connections for short answers; streams have half as many of their own. */
    connections: Type.Integer({ minimum: 1, maximum: 200, default: 10 }),
    statementTimeoutSeconds: Type.Integer({ minimum: 1, maximum: 600, default: 15 }),
  },
  { additionalProperties: false },
);

class PostgresConnection extends PostgresReader implements SourceConnection {
  readonly #pages: pg.Pool;
  readonly #streams: pg.Pool;
  readonly #zone: string;

  constructor(pages: pg.Pool, streams: pg.Pool, zone: string) {
    super(pages, streams, zone);
    this.#pages = pages;
    this.#streams = streams;
    this.#zone = zone;
  }

  async probe(): Promise<Probe> {
    try {
      const { rows } = await this.#pages.query<Record<string, string>>(
        `SELECT version() AS version, current_setting('server_encoding') AS encoding, current_user AS user,
                (SELECT count(*) FROM pg_timezone_names WHERE name = $1)::text AS zones`,
        [this.#zone],
      );
      const { version = '', encoding = '', user = '', zones } = rows[0] ?? {};
      if (zones === '0') throw new DomainError('invalid-definition', 'source.time-zone', `数据源不认识时区 ${this.#zone} (the source does not know the time zone ${this.#zone})`);
      return { about: { version, encoding, user }, warnings: encoding === 'SQL_ASCII' ? ['数据库编码为 SQL_ASCII，文本按 UTF-8 读取 (database encoding is SQL_ASCII: text is read as UTF-8)'] : [] };
    } catch (error) {
      throw connectionFailure(error);
    }
  }

  async describeTables(): Promise<readonly TableDescription[]> {
    try {
      return await describeTables(this.#pages);
    } catch (error) {
      throw sourceFailure(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pages.end(), this.#streams.end()]);
  }
}

/** The operator who adds a source is told what the server said, but for its password. */
function connectionFailure(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const said = error instanceof Error ? error.message : 'unknown error';
  return new DomainError('source-unavailable', 'source.test-failed', `连接测试失败：${said} (the connection test failed: check host, port, database, user and password)`, { cause: error });
}

export const postgresSource: SourceType = {
  type: 'postgres',
  schema: Settings,
  secrets: ['password'],
  open(settings) {
    const { connections, statementTimeoutSeconds, timeZone, tls, ...server } = Parse(Settings, settings);
    const config: pg.PoolConfig = {
      ...server,
      ssl: tls === 'off' ? false : { rejectUnauthorized: tls === 'verify' },
      application_name: 'lingqu',
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      statement_timeout: statementTimeoutSeconds * 1000,
      options: readerSession,
    };
    const pages = new pg.Pool({ ...config, max: connections });
    const streams = new pg.Pool({ ...config, max: Math.max(1, Math.floor(connections / 2)) });
    for (const pool of [pages, streams]) pool.on('error', () => {}); // an idle connection that broke is replaced by the pool
    return new PostgresConnection(pages, streams, timeZone);
  },
};
