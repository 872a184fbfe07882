import type pg from 'pg';
import { Default, Parse } from 'typebox/value';
import type { SourceType } from '../../modules/resources/index.ts';
import { DatabaseConnection, type TableLogIn } from '../sql-template/connection.ts';
import { describeTables } from './describe.ts';
import { sourceFailure } from './failures.ts';
import { openReaderPools } from './pools.ts';
import { probe } from './probe.ts';
import { PostgresQueries } from './query/queries.ts';
import { PostgresReader } from './reader.ts';
import { PostgresSettings } from './settings.ts';

function tablesOf(server: pg.PoolConfig, settings: PostgresSettings): TableLogIn {
  const { user, password, connections, statementTimeoutSeconds, timeZone } = settings;
  const pools = openReaderPools({ ...server, user, password }, connections, statementTimeoutSeconds);
  return {
    reader: new PostgresReader(pools, timeZone),
    probe: () => probe(pools.pages, settings),
    describeTables: () =>
      describeTables(pools.pages).catch((error: unknown) => {
        throw sourceFailure(error);
      }),
    close: () => pools.close(),
  };
}

export const postgresSource: SourceType = {
  type: 'postgres',
  schema: PostgresSettings,
  secrets: ['password', 'queryPassword'],
  open(given) {
    const settings = Parse(PostgresSettings, Default(PostgresSettings, { ...given })); // settings kept before a property was there lack it
    const { host, port, database } = settings;
    const server = { host, port, database, ssl: tlsOf(settings) };
    return new DatabaseConnection(tablesOf(server, settings), settings.queryUser === '' ? undefined : new PostgresQueries(server, settings));
  },
};

function tlsOf({ tls, ca }: PostgresSettings): pg.PoolConfig['ssl'] {
  if (tls === 'off') return false;
  return { rejectUnauthorized: tls === 'verify', ...(ca === '' ? {} : { ca }) };
}
