import { Socket } from 'node:net';
import type { PoolConnection } from 'mysql2';
import { givenUp } from './failures.ts';
import { preparedColumns, type PreparedColumn } from './query/prepared.ts';
import type { Cells } from './rows.ts';
import type { Statement } from './select.ts';

/** A connection until its work ends, is cancelled or aborted, whichever comes first. It runs one statement at a time. */
export class Session {
  readonly #connection: PoolConnection;
  readonly #signal: AbortSignal;
  readonly #patienceMs: number;
  readonly #kill: (threadId: number) => void;
  readonly #onAbort = (): void => this.release(false);
  /** Tells whoever waits for an answer that none will come. */
  #giveUp: ((reason: Error) => void) | undefined;
  #working = false;
  #held = true;

  /** `kill` ends a statement of this connection at the server, which would go on without us. */
  constructor(connection: PoolConnection, patienceMs: number, signal: AbortSignal, kill: (threadId: number) => void) {
    this.#connection = connection;
    this.#patienceMs = patienceMs;
    this.#signal = signal;
    this.#kill = kill;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Runs a prepared statement to its end; `onRow` gets each row as it comes. */
  async run(statement: Statement, onRow: (row: Cells) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lost = (error: Error): void => reject(error);
    this.#connection.on('error', lost); // a connection that is lost tells nobody else
    this.#working = true;
    try {
      const command = this.#connection.execute({ sql: statement.text, rowsAsArray: true }, [...statement.values]);
      command.on('result', onRow).on('error', reject).on('end', resolve);
      await promise;
    } finally {
      this.#working = false;
      this.#connection.off('error', lost);
    }
  }

  /** The columns of a statement that is prepared and never run. */
  columns(text: string): Promise<readonly PreparedColumn[]> {
    return this.answered(preparedColumns(this.#connection, text));
  }

  /** Runs statements of our own that are not worth preparing. */
  async command(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.answered(commanded(this.#connection, statement));
  }

  /** The rows of a short answer. */
  async rows(statement: Statement): Promise<Cells[]> {
    const rows: Cells[] = [];
    await this.answered(this.run(statement, (row) => rows.push(row)));
    return rows;
  }

  /** Waits for an answer of the server, as long as it may be silent; what the reader takes between does not count. */
  async answered<T>(answer: Promise<T>, reason: () => Error = givenUp): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#giveUp = reject;
    if (!this.#held) reject(givenUp());
    const impatience = setTimeout(() => {
      reject(reason());
      this.release(false);
    }, this.#patienceMs);
    try {
      return await Promise.race([answer, promise]);
    } finally {
      answer.catch(() => {});
      clearTimeout(impatience);
      this.#giveUp = undefined;
    }
  }

  /** Takes no more rows from the network; the server waits when its buffers are full. */
  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    if (this.#held) this.#connection.resume();
  }

  /**
   * Takes effect once. What ended early leaves a transaction and rows on the wire behind, so the connection is destroyed;
   * whoever waits for an answer of it is told, so that an abort is felt at once.
   */
  release(whole: boolean): void {
    if (!this.#held) return;
    this.#held = false;
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (whole) {
      this.#connection.release();
      return;
    }
    const { threadId } = this.#connection;
    this.#connection.destroy();
    cut(this.#connection);
    if (this.#working) this.#kill(threadId);
    this.#giveUp?.(givenUp());
  }
}

function commanded(connection: PoolConnection, statement: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.query(statement, (error) => (error === null ? resolve() : reject(error)));
  return promise;
}

/** The driver only says good-bye, and a server that is held back in the middle of its rows never hears it. */
function cut(connection: PoolConnection): void {
  if ('stream' in connection && connection.stream instanceof Socket) connection.stream.destroy();
}
