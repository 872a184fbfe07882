import type { Database } from './database.ts';
import { PgDatabase } from './pg-database.ts';

/** Opens the node's database on a PostgreSQL server. `url` as libpq reads it. */
export function openPostgres(url: string, onError: (error: Error) => void, connections = 10): Database {
  return new PgDatabase({
    engine: 'postgres',
    onError,
    pool: {
      connectionString: url,
      max: connections,
      application_name: 'lingqu',
      options: '-c TimeZone=Asia/Shanghai -c DateStyle=ISO -c IntervalStyle=iso_8601',
      connectionTimeoutMillis: 5_000,
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}
