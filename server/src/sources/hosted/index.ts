import pg from 'pg';
import Type from 'typebox';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import type { SourceType, TableReader } from '../../modules/resources/index.ts';
import { PostgresReader } from '../postgres/reader.ts';
import { readerSession } from '../postgres/session.ts';
import { HostedConnection } from './connection.ts';
import { KeysetReader } from './keyset-reader.ts';
import { HostedTableStore } from './tables.ts';

const ZONE = 'Asia/Shanghai';
const READ_TIMEOUT_MS = 60_000;

export interface Hosted {
  readonly type: SourceType;
  readonly tables: HostedTableStore;
  /** Ends the pools that read; the database itself is its opener's. */
  close(): Promise<void>;
}

/**
 * The tables that the node keeps itself, as a source of type `hosted`. `databaseUrl` is the node's own PostgreSQL, which
 * is read through pools of its own that cannot write; undefined on PGlite, which is one session for everybody.
 */
export function openHosted(database: Database, databaseUrl: string | undefined, connections = 10): Hosted {
  const pools = databaseUrl === undefined ? [] : [readerPool(databaseUrl, connections), readerPool(databaseUrl, Math.max(1, Math.floor(connections / 2)))];
  const [pages, streams] = pools;
  const reader: TableReader = pages === undefined || streams === undefined ? new KeysetReader(database, ZONE) : new PostgresReader(pages, streams, ZONE);
  return {
    type: {
      type: 'hosted',
      schema: Type.Object({}, { additionalProperties: false }),
      secrets: [],
      open: () => new HostedConnection(database, reader),
    },
    tables: new HostedTableStore(database),
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

function readerPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'lingqu-hosted',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: READ_TIMEOUT_MS,
    options: readerSession,
  });
  pool.on('error', () => {}); // an idle connection that broke is replaced by the pool
  return pool;
}

/** Makes the one source `hosted` where it is missing; made at every start. */
export async function ensureHostedSource(database: Database): Promise<void> {
  await database.query("INSERT INTO sources (id, name, type, settings) VALUES ($1, 'hosted', 'hosted', '{}') ON CONFLICT (name) DO NOTHING", [newId()]);
}
