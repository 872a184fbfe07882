import type pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';

/** Settings of a connection by name, each in the unit that the server keeps it in. */
export type Session = Readonly<Record<string, string>>;

/** What every answer's form depends on, and that nothing can be written. Floats have all their digits, where servers before PostgreSQL 12 would round. */
export const readerSession: Session = {
  TimeZone: 'Asia/Shanghai',
  DateStyle: 'ISO',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '3',
  standard_conforming_strings: 'on',
  default_transaction_read_only: 'on',
};

/** As options of a connection's start: a pooler that cannot keep them refuses them, where SET would spoil a connection that others share. */
export const optionsOf = (session: Session): string =>
  Object.entries(session).map(([name, value]) => `-c ${name}=${value}`).join(' ');

/** A server that lets connections in and then falls silent would hold the place of one. */
const patience = { query_timeout: 5_000 };
const shown = { ...patience, text: 'SELECT pg_catalog.lower(s.name), s.setting FROM pg_catalog.pg_settings s', rowMode: 'array' } as const;
/** pg_catalog comes first, wherever the log-in's own settings put it: nobody's function stands before the server's. */
const ownFirst = {
  ...patience,
  text: `SELECT pg_catalog.set_config('search_path', pg_catalog.concat('pg_catalog', pg_catalog.regexp_replace(pg_catalog.current_setting('search_path'), '^(?=.*[^ ])', ', ')), false)`,
};

/** Makes sure that a new connection has the session that its start asked for: some poolers leave out what they do not know, if told to. */
export async function beginSession(client: pg.ClientBase, session: Session): Promise<void> {
  const settings = new Map((await client.query<[string, string]>(shown)).rows);
  const lost = Object.entries(session).filter(([name, value]) => !isSet(settings.get(name.toLowerCase()), value));
  if (lost.length > 0) throw sessionLost(lost.map(([name, value]) => `${name}=${value}`));
  await client.query(ownFirst);
}

/** DateStyle has an order of days and months beside it, which ISO does not need. */
const isSet = (setting: string | undefined, value: string): boolean => setting === value || (value === 'ISO' && setting?.startsWith('ISO, ') === true);

const sessionLost = (lost: readonly string[]): DomainError =>
  new DomainError(
    'source-unavailable',
    'source.session',
    `会话设置未生效：${lost.join('、')}。中间的连接池丢弃了启动参数：请直连数据库，或以 ALTER ROLE … SET 为节点账号设定 (a pooler between drops what a start asks for: connect to the database itself, or give these settings to the log-in by ALTER ROLE … SET)`,
  );
