import { createConnection, createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { allTaken } from './failures.ts';
import { Session } from './session.ts';

/** How long a server may take to let a connection in. */
const CONNECT_MS = 5_000;
/** How long a call waits for a connection that others use: as long as any call may take (GOV-time). */
const WAIT_MS = 15_000;
/** A network that swallows packets is noticed this long after the server should have given up by itself. */
const SILENCE_MS = 5_000;
/** How long the server bears a reader of a stream that takes nothing; whoever is that slow is cut by the delivery long before. */
const WRITE_SECONDS = 3600;

/**
 * How long a statement may take, by each server's own variable: executable comments are read by the one and not by the
 * other. 0 is without end.
 */
export const timeLimit = (seconds: number): string => `SET SESSION /*M!100102 max_statement_time = ${seconds} */ /*!50708 max_execution_time = ${seconds * 1000} */`;

/**
 * What every connection that reads rows depends on, whatever the server's defaults and init_connect say: texts as utf8mb4,
 * backslashes as they are, times in UTC, all rows, nothing written.
 */
const sessionSql = (seconds: number): readonly string[] => [
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  `SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY', SESSION time_zone = '+00:00', SESSION sql_select_limit = 18446744073709551615, SESSION sql_auto_is_null = 0, SESSION autocommit = 1, SESSION net_write_timeout = ${WRITE_SECONDS}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  timeLimit(seconds),
];

export interface PoolBounds {
  readonly connections: number;
  readonly statementTimeoutSeconds: number;
  /** How long a connection may be silent while it owes an answer: then its network is taken for dead. */
  readonly patienceMs?: number;
  readonly waitMs?: number;
}

/** Short answers and streams have a pool each, so that slow readers starve nobody; streams get half as many connections. */
export class ReaderPools {
  readonly statementTimeoutSeconds: number;
  readonly #server: PoolOptions;
  readonly #pages: Pool;
  readonly #streams: Pool;
  readonly #patienceMs: number;
  readonly #waitMs: number;
  readonly #ready = new WeakSet<PoolConnection>();

  /** They connect when they are used. */
  constructor(server: PoolOptions, { connections, statementTimeoutSeconds, patienceMs, waitMs }: PoolBounds) {
    this.statementTimeoutSeconds = statementTimeoutSeconds;
    this.#patienceMs = patienceMs ?? statementTimeoutSeconds * 1000 + SILENCE_MS;
    this.#waitMs = waitMs ?? WAIT_MS;
    this.#server = {
      ...server,
      charset: 'UTF8MB4_BIN',
      connectTimeout: CONNECT_MS,
      enableKeepAlive: true,
      flags: ['-LOCAL_FILES'],
      multipleStatements: false,
      disableEval: true, // what a server says of its columns never becomes code
      jsonStrings: true,
      maxPreparedStatements: 100,
      connectAttributes: { program_name: 'lingqu' },
    };
    this.#pages = this.#open(connections);
    this.#streams = this.#open(Math.max(1, Math.floor(connections / 2)));
  }

  #open(connectionLimit: number): Pool {
    const pool = createPool({ ...this.#server, connectionLimit, maxIdle: connectionLimit - 1, idleTimeout: 60_000 });
    pool.on('connection', (connection) => connection.on('error', () => {})); // one in use tells its reader; unheard, it would end the process
    return pool;
  }

  /** A connection for a short answer. */
  page(signal: AbortSignal): Promise<Session> {
    return this.#session(this.#pages, signal);
  }

  /** A connection for a stream. */
  stream(signal: AbortSignal): Promise<Session> {
    return this.#session(this.#streams, signal);
  }

  async #session(pool: Pool, signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    const connection = await this.#taken(pool);
    if (signal.aborted) connection.release(); // while it waited
    signal.throwIfAborted();
    const session = new Session(connection, this.#patienceMs, signal, (threadId) => this.#kill(threadId));
    if (this.#ready.has(connection)) return session;
    try {
      await session.command(...sessionSql(this.statementTimeoutSeconds));
      this.#ready.add(connection);
      return session;
    } catch (error) {
      session.release(false);
      throw error;
    }
  }

  /** The driver's pool would wait for ever. */
  #taken(pool: Pool): Promise<PoolConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<PoolConnection>();
    let waiting = true;
    const impatience = setTimeout(() => {
      waiting = false;
      reject(allTaken());
    }, this.#waitMs);
    pool.getConnection((error, connection) => {
      clearTimeout(impatience);
      if (error !== null) reject(error);
      else if (waiting) resolve(connection);
      else connection.release();
    });
    return promise;
  }

  /** A log-in may always end its own connections. Whoever has gone already is no failure. */
  #kill(threadId: number): void {
    const connection = createConnection(this.#server);
    connection.on('error', () => {});
    connection.query(`KILL ${threadId}`, () => connection.destroy());
  }

  async close(): Promise<void> {
    await Promise.all([ended(this.#pages), ended(this.#streams)]);
  }
}

function ended(pool: Pool): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  pool.end(() => resolve()); // what could not be told good-bye has gone
  return promise;
}
