import { isIP } from 'node:net';
import { Default, Parse } from 'typebox/value';
import type { PoolOptions, SslOptions } from 'mysql2';
import { DomainError } from '../../kernel/errors.ts';
import type { SourceType } from '../../modules/resources/index.ts';
import { DatabaseConnection, type TableLogIn } from '../sql-template/connection.ts';
import { describeTables, type Ask } from './describe.ts';
import { ReaderPools } from './pools.ts';
import { isMariadb, probe } from './probe.ts';
import { MysqlQueries } from './query/queries.ts';
import { MysqlReader } from './reader.ts';
import { MysqlSettings } from './settings.ts';

function tablesOf(server: PoolOptions, settings: MysqlSettings): TableLogIn {
  const { user, password, timeZone, tinyint1 } = settings;
  const pools = new ReaderPools({ ...server, user, password }, settings);
  const reader = new MysqlReader(pools, timeZone);
  return {
    reader,
    probe: () => probe(pools, settings),
    describeTables: () => reader.asking(async (ask: Ask) => describeTables(ask, await isMariadb(ask), tinyint1)),
    close: () => pools.close(),
  };
}

export const mysqlSource: SourceType = {
  type: 'mysql',
  schema: MysqlSettings,
  secrets: ['password', 'queryPassword'],
  open(given) {
    const settings = Parse(MysqlSettings, Default(MysqlSettings, { ...given })); // settings kept before a property was there lack it
    const { host, port, database } = settings;
    const server = { host, port, database, ...(settings.tls === 'off' ? {} : { ssl: tlsOf(settings) }) };
    return new DatabaseConnection(tablesOf(server, settings), settings.queryUser === '' ? undefined : new MysqlQueries(server, settings));
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
