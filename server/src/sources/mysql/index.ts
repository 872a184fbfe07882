import { isIP } from 'node:net';
import { Default, Parse } from 'typebox/value';
import type { PoolOptions, SslOptions } from 'mysql2';
import { DomainError } from '../../kernel/errors.ts';
import type { Probe, ReadPlan, RowBatch, RowShape, RowStream, SourceConnection, SourceType, TableDescription, TableReader } from '../../modules/resources/index.ts';
import { noQueryLogIn } from '../sql-template/refused.ts';
import { withQueries } from '../sql-template/describe.ts';
import { describeTables, type Ask } from './describe.ts';
import { ReaderPools } from './pools.ts';
import { isMariadb, probe } from './probe.ts';
import { MysqlQueries } from './query/queries.ts';
import { MysqlReader } from './reader.ts';
import { MysqlSettings } from './settings.ts';

/** Tables are read under the source's own log-in, queries under theirs. */
class MysqlConnection implements SourceConnection {
  readonly #pools: ReaderPools;
  readonly #settings: MysqlSettings;
  readonly #tables: MysqlReader;
  readonly #queries: MysqlQueries | undefined;

  constructor(server: PoolOptions, settings: MysqlSettings) {
    const { user, password, queryUser, timeZone } = settings;
    this.#pools = new ReaderPools({ ...server, user, password }, settings);
    this.#settings = settings;
    this.#tables = new MysqlReader(this.#pools, timeZone);
    this.#queries = queryUser === '' ? undefined : new MysqlQueries(server, settings);
  }

  get queries(): MysqlQueries {
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
    const found = await probe(this.#pools, this.#settings);
    return this.#queries === undefined ? found : withQueries(found, await this.#queries.probe());
  }

  describeTables(): Promise<readonly TableDescription[]> {
    return this.#tables.asking(async (ask: Ask) => describeTables(ask, await isMariadb(ask), this.#settings.tinyint1));
  }

  async close(): Promise<void> {
    await Promise.all([this.#pools.close(), this.#queries?.close()]);
  }
}

export const mysqlSource: SourceType = {
  type: 'mysql',
  schema: MysqlSettings,
  secrets: ['password', 'queryPassword'],
  open(given) {
    const settings = Parse(MysqlSettings, Default(MysqlSettings, { ...given })); // settings kept before a property was there lack it
    const { host, port, database } = settings;
    return new MysqlConnection({ host, port, database, ...(settings.tls === 'off' ? {} : { ssl: tlsOf(settings) }) }, settings);
  },
};

/**
 * The driver looks at the certificate's name only when it is told to. Of a server that is given by its address it would
 * look for `localhost`: that is refused.
 */
function tlsOf({ tls, ca, host }: MysqlSettings): SslOptions {
  const verifies = tls === 'verify';
  if (verifies && isIP(host) !== 0) {
    throw new DomainError('invalid-definition', 'source.certificate-name', 'tls 为 verify 时，host 须为证书上的主机名，不能是 IP 地址 (with tls verify, host must be the name on the certificate and no address)');
  }
  return { rejectUnauthorized: verifies, verifyIdentity: verifies, ...(ca === '' ? {} : { ca }) };
}
