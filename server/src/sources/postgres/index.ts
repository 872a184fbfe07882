import type pg from 'pg';
import { Default, Parse } from 'typebox/value';
import type { Probe, ReadPlan, RowBatch, RowShape, RowStream, SourceConnection, SourceType, TableDescription, TableReader } from '../../modules/resources/index.ts';
import { withQueries } from '../sql-template/describe.ts';
import { noQueryLogIn } from '../sql-template/refused.ts';
import { describeTables } from './describe.ts';
import { sourceFailure } from './failures.ts';
import { openReaderPools, type ReaderPools } from './pools.ts';
import { probe } from './probe.ts';
import { PostgresQueries } from './query/queries.ts';
import { PostgresReader } from './reader.ts';
import { PostgresSettings } from './settings.ts';

/** Tables are read under the source's own log-in, queries under theirs. */
class PostgresConnection implements SourceConnection {
  readonly #pools: ReaderPools;
  readonly #settings: PostgresSettings;
  readonly #tables: PostgresReader;
  readonly #queries: PostgresQueries | undefined;

  constructor(server: pg.PoolConfig, settings: PostgresSettings) {
    const { user, password, connections, statementTimeoutSeconds, timeZone, queryUser } = settings;
    this.#pools = openReaderPools({ ...server, user, password }, connections, statementTimeoutSeconds);
    this.#settings = settings;
    this.#tables = new PostgresReader(this.#pools, timeZone);
    this.#queries = queryUser === '' ? undefined : new PostgresQueries(server, settings);
  }

  get queries(): PostgresQueries {
    if (this.#queries !== undefined) return this.#queries;
    throw noQueryLogIn();
  }

  #readerOf({ table }: ReadPlan): TableReader {
    return table.query === undefined ? this.#tables : this.queries;
  }

  async readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return this.#readerOf(plan).readPage(plan, shape, maxBytes, signal);
  }

  async count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return this.#readerOf(plan).count(plan, signal);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    return this.#readerOf(plan).openStream(plan, shape, signal);
  }

  async probe(): Promise<Probe> {
    const found = await probe(this.#pools.pages, this.#settings);
    return this.#queries === undefined ? found : withQueries(found, await this.#queries.probe());
  }

  async describeTables(): Promise<readonly TableDescription[]> {
    try {
      return await describeTables(this.#pools.pages);
    } catch (error) {
      throw sourceFailure(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pools.close(), this.#queries?.close()]);
  }
}

export const postgresSource: SourceType = {
  type: 'postgres',
  schema: PostgresSettings,
  secrets: ['password', 'queryPassword'],
  open(given) {
    const settings = Parse(PostgresSettings, Default(PostgresSettings, { ...given })); // settings kept before a property was there lack it
    const { host, port, database } = settings;
    return new PostgresConnection({ host, port, database, ssl: tlsOf(settings) }, settings);
  },
};

function tlsOf({ tls, ca }: PostgresSettings): pg.PoolConfig['ssl'] {
  if (tls === 'off') return false;
  return { rejectUnauthorized: tls === 'verify', ...(ca === '' ? {} : { ca }) };
}
