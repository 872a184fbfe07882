import { callbackify } from 'node:util';
import pg from 'pg';
import { ReaderClient } from './client.ts';
import { beginSession, optionsOf, readerSession, type Session } from './session.ts';

/** How long a call waits for a connection that others use: as long as any call may take (GOV-time). */
const WAIT_MS = 15_000;

/** A network that swallows packets is noticed this long after the server should have given up by itself. */
const SILENCE_MS = 5_000;

/** Short answers and streams have a pool each, so that slow readers starve nobody. */
export interface ReaderPools {
  readonly pages: pg.Pool;
  readonly streams: pg.Pool;
  /** How long a connection may be silent while it owes an answer: then its network is taken for dead. */
  readonly patienceMs: number;
  close(): Promise<void>;
}

/** Pools to a server that is only read; streams get half as many connections as pages. They connect when they are used. */
export function openReaderPools(server: pg.PoolConfig, connections: number, statementTimeoutSeconds: number, settings = readerSession): ReaderPools {
  const session: Session = { ...settings, statement_timeout: String(statementTimeoutSeconds * 1000) };
  const config: pg.PoolConfig = {
    ...server,
    application_name: 'lingqu',
    options: optionsOf(session),
    verify: callbackify((client: pg.PoolClient) => beginSession(client, session)),
    connectionTimeoutMillis: WAIT_MS,
    Client: ReaderClient,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: 1800, // and with it what the connection has prepared
    keepAlive: true,
  };
  const patienceMs = statementTimeoutSeconds * 1000 + SILENCE_MS;
  const pages = new pg.Pool({ ...config, max: connections, query_timeout: patienceMs });
  // No query_timeout here: it would run for the whole of a stream and not for each reading, and end slow readers.
  const streams = new pg.Pool({ ...config, max: Math.max(1, Math.floor(connections / 2)) });
  for (const pool of [pages, streams]) {
    pool.on('error', () => {}); // an idle connection that broke is replaced by the pool
    pool.on('connect', (client) => client.on('error', () => {})); // one in use tells its reader; unheard, it would end the process
  }
  return {
    pages,
    streams,
    patienceMs,
    close: async () => {
      await Promise.all([pages.end(), streams.end()]);
    },
  };
}
