import pg from 'pg';
import { Default, Parse } from 'typebox/value';
import type { Probe, SourceConnection, SourceType, TableDescription } from '../../modules/resources/index.ts';
import { describeTables } from './describe.ts';
import { sourceFailure } from './failures.ts';
import { openReaderPools, type ReaderPools } from './pools.ts';
import { probe } from './probe.ts';
import { PostgresReader } from './reader.ts';
import { PostgresSettings } from './settings.ts';

class PostgresConnection extends PostgresReader implements SourceConnection {
  readonly #pools: ReaderPools;
  readonly #settings: PostgresSettings;

  constructor(pools: ReaderPools, settings: PostgresSettings) {
    super(pools, settings.timeZone);
    this.#pools = pools;
    this.#settings = settings;
  }

  probe(): Promise<Probe> {
    return probe(this.#pools.pages, this.#settings);
  }

  async describeTables(): Promise<readonly TableDescription[]> {
    try {
      return await describeTables(this.#pools.pages);
    } catch (error) {
      throw sourceFailure(error);
    }
  }

  close(): Promise<void> {
    return this.#pools.close();
  }
}

export const postgresSource: SourceType = {
  type: 'postgres',
  schema: PostgresSettings,
  secrets: ['password'],
  open(given) {
    const settings = Parse(PostgresSettings, Default(PostgresSettings, { ...given })); // settings kept before a property was there lack it
    const { host, port, database, user, password, connections } = settings;
    const pools = openReaderPools({ host, port, database, user, password, ssl: tlsOf(settings) }, connections, settings.statementTimeoutSeconds);
    return new PostgresConnection(pools, settings);
  },
};

function tlsOf({ tls, ca }: PostgresSettings): pg.PoolConfig['ssl'] {
  if (tls === 'off') return false;
  return { rejectUnauthorized: tls === 'verify', ...(ca === '' ? {} : { ca }) };
}
