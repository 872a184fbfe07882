import Type from 'typebox';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../storage/database.ts';
import { HOSTED_SOURCE, type SourceType, type TableReader } from '../../modules/resources/index.ts';
import { openReaderPools } from '../postgres/pools.ts';
import { PostgresReader } from '../postgres/reader.ts';
import { HostedConnection } from './connection.ts';
import { KeysetReader } from './keyset-reader.ts';
import { HostedTableStore } from './tables.ts';

const ZONE = 'Asia/Shanghai';
const READ_TIMEOUT_SECONDS = 15;

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
  const pools = databaseUrl === undefined ? undefined : openReaderPools({ connectionString: databaseUrl }, connections, READ_TIMEOUT_SECONDS);
  const reader: TableReader = pools === undefined ? new KeysetReader(database, ZONE) : new PostgresReader(pools, ZONE);
  return {
    type: {
      type: 'hosted',
      schema: Type.Object({}, { additionalProperties: false }),
      secrets: [],
      open: () => new HostedConnection(database, reader),
    },
    tables: new HostedTableStore(database),
    close: async () => {
      await pools?.close();
    },
  };
}

/** Makes the node's own source where it is missing; made at every start. */
export async function ensureHostedSource(database: Database): Promise<void> {
  await database.query("INSERT INTO sources (id, name, type, settings) VALUES ($1, $2, 'hosted', '{}') ON CONFLICT (name) DO NOTHING", [newId(), HOSTED_SOURCE]);
}
