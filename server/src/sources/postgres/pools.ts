import pg from 'pg';

/** Settings of every connection that reads rows: forms of dates and zone are fixed, and nothing can be written. */
const readerSession = '-c TimeZone=Asia/Shanghai -c DateStyle=ISO -c IntervalStyle=iso_8601 -c default_transaction_read_only=on';

/** A network that swallows packets is noticed this long after the server should have given up by itself. */
const SILENCE_MS = 5_000;

/** Short answers and streams have a pool each, so that slow readers starve nobody. */
export interface ReaderPools {
  readonly pages: pg.Pool;
  readonly streams: pg.Pool;
  close(): Promise<void>;
}

/** Pools to a server that is only read; streams get half as many connections as pages. They connect when they are used. */
export function openReaderPools(server: pg.PoolConfig, connections: number, statementTimeoutSeconds: number): ReaderPools {
  const config: pg.PoolConfig = {
    ...server,
    application_name: 'lingqu',
    options: readerSession,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: 1800, // and with it what the connection has prepared
    keepAlive: true,
    statement_timeout: statementTimeoutSeconds * 1000,
    query_timeout: statementTimeoutSeconds * 1000 + SILENCE_MS,
  };
  const pages = new pg.Pool({ ...config, max: connections });
  const streams = new pg.Pool({ ...config, max: Math.max(1, Math.floor(connections / 2)) });
  for (const pool of [pages, streams]) pool.on('error', () => {}); // an idle connection that broke is replaced by the pool
  return {
    pages,
    streams,
    close: async () => {
      await Promise.all([pages.end(), streams.end()]);
    },
  };
}
