import { Default, Parse } from 'typebox/value';
import type { PoolOptions, SslOptions } from 'mysql2';
import type { Probe, SourceConnection, SourceType, TableDescription } from '../../modules/resources/index.ts';
import { describeTables, type Ask } from './describe.ts';
import { ReaderPools } from './pools.ts';
import { isMariadb, probe } from './probe.ts';
import { MysqlReader } from './reader.ts';
import { MysqlSettings } from './settings.ts';

class MysqlConnection extends MysqlReader implements SourceConnection {
  readonly #pools: ReaderPools;
  readonly #settings: MysqlSettings;

  constructor(pools: ReaderPools, settings: MysqlSettings) {
    super(pools, settings.timeZone);
    this.#pools = pools;
    this.#settings = settings;
  }

  probe(): Promise<Probe> {
    return probe(this.#pools, this.#settings);
  }

  describeTables(): Promise<readonly TableDescription[]> {
    return this.asking(async (ask: Ask) => describeTables(ask, await isMariadb(ask), this.#settings.tinyint1));
  }

  close(): Promise<void> {
    return this.#pools.close();
  }
}

export const mysqlSource: SourceType = {
  type: 'mysql',
  schema: MysqlSettings,
  secrets: ['password'],
  open(given) {
    const settings = Parse(MysqlSettings, Default(MysqlSettings, { ...given })); // settings kept before a property was there lack it
    const { host, port, database, user, password } = settings;
    const server: PoolOptions = { host, port, database, user, password };
    return new MysqlConnection(new ReaderPools(settings.tls === 'off' ? server : { ...server, ssl: tlsOf(settings) }, settings), settings);
  },
};

/** The driver looks at the certificate's name only when it is told to. */
const tlsOf = ({ tls, ca }: MysqlSettings): SslOptions => ({ rejectUnauthorized: tls === 'verify', verifyIdentity: tls === 'verify', ...(ca === '' ? {} : { ca }) });
