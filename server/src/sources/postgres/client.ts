import pg from 'pg';
import { requestCancel, type BackendKey } from './cancel.ts';

/** How long a server may take to let a connection in. */
const CONNECT_MS = 5_000;

/** A pool has one patience for two things: its own queue, and a server that does not answer. */
export class ReaderClient extends pg.Client {
  #key: BackendKey | undefined;

  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_MS });
    this.connection.on('backendKeyData', (key: BackendKey) => (this.#key = key));
  }

  /** Ends the statement at the server, which would go on without us and notice only when it has rows to send. */
  cancelRunning(): void {
    if (this.#key === undefined) return;
    const settings: unknown = this.ssl; // `true` or the options of TLS, whatever its type says
    const tls = typeof settings === 'object' && settings !== null ? settings : settings === true ? {} : undefined;
    requestCancel({ host: this.host, port: this.port, tls }, this.#key);
  }
}

/** Ends a connection and what the server is doing for it. It never goes back to its pool: a late cancelling would end another's work. */
export function cutOff(client: pg.PoolClient): void {
  if (client instanceof ReaderClient) client.cancelRunning();
  client.connection.stream.destroy();
}

/** Work on a connection of a pool. An abort cuts the connection off and is felt at once; what failed is not used again. */
export async function held<T>(pool: pg.Pool, signal: AbortSignal, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let sound = true;
  const onAbort = (): void => cutOff(client);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    sound = false;
    const answer = await work(client);
    sound = !signal.aborted;
    return answer;
  } finally {
    signal.removeEventListener('abort', onAbort);
    client.release(!sound);
  }
}
