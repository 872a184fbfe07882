import type pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';

/** What every answer's form depends on, and that nothing can be written. Floats have all their digits, where servers before PostgreSQL 12 would round. */
const settings: Readonly<Record<string, string>> = {
  TimeZone: 'Asia/Shanghai',
  DateStyle: 'ISO',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '3',
  standard_conforming_strings: 'on',
  default_transaction_read_only: 'on',
};

/** The session of a connection that reads rows, as options of its start: a pooler that cannot keep them refuses them, where SET would spoil a connection that others share. */
export const readerSession = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`).join(' ');

/** pg_catalog comes first, wherever the log-in's own settings put it: nobody's function stands before the server's. */
const sessionSql = `SELECT ${Object.keys(settings).map((name) => `pg_catalog.current_setting('${name}')`).join(', ')}, pg_catalog.set_config('search_path',
  pg_catalog.concat('pg_catalog', pg_catalog.regexp_replace(pg_catalog.current_setting('search_path'), '^(?=.*[^ ])', ', ')), false)`;

/** As a query of its own patience: a server that lets connections in and then falls silent would hold the place of one. */
const sessionQuery = { text: sessionSql, rowMode: 'array', query_timeout: 5_000 } as const;

/** Makes sure that a new connection has the session that its start asked for: some poolers leave out what they do not know, if told to. */
export async function beginSession(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<string[]>(sessionQuery);
  const lost = Object.entries(settings).filter(([, value], index) => rows[0]?.[index]?.split(',')[0] !== value);
  if (lost.length === 0) return;
  throw new DomainError(
    'source-unavailable',
    'source.session',
    `会话设置未生效：${lost.map(([name]) => name).join('、')}。中间的连接池丢弃了启动参数，请直连数据库 (the session lacks these settings: a pooler between drops what a start asks for; connect to the database itself)`,
  );
}
