import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Database } from './database.ts';
import { PgDatabase } from './pg-database.ts';

/** What node-postgres asks of a socket, over messages to the worker. */
class WorkerSocket extends Duplex {
  readonly #worker: Worker;
  readonly #onMessage = (message: unknown): void => {
    if (message instanceof Uint8Array && message.length > 0) this.push(message);
    this.#written?.();
  };
  readonly #onExit = (): void => {
    this.destroy(new Error('connection to the embedded database ended'));
  };
  #written: (() => void) | undefined;

  constructor(worker: Worker) {
    super();
    this.#worker = worker;
    worker.on('message', this.#onMessage);
    worker.once('exit', this.#onExit);
  }

  connect(): this {
    setImmediate(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this { return this; }
  setKeepAlive(): this { return this; }
  ref(): this { return this; }
  unref(): this { return this; }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (chunk[0] === TERMINATE) return done(); // the session belongs to the worker and outlives its clients
    this.#written = () => {
      this.#written = undefined;
      done();
    };
    this.#worker.postMessage(Uint8Array.from(chunk));
  }

  /** A query's messages go together, up to their Sync: after an error PGlite would take those that follow as new ones. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#worker.off('message', this.#onMessage);
    this.#worker.off('exit', this.#onExit);
    done(error);
  }
}

const TERMINATE = 'X'.charCodeAt(0);

/**
 * Opens (or makes) the embedded database in `folder`. The caller holds the folder's lock: two processes corrupt it.
 * It does not fsync: it survives the end of the process, not of the machine.
 */
export async function openPglite(folder: string, onError: (error: Error) => void): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: { folder } });
  await Promise.race([
    once(worker, 'message'),
    once(worker, 'error').then(([error]) => Promise.reject(error)),
  ]);
  worker.on('error', onError);
  return new PgDatabase({
    engine: 'pglite',
    onError,
    pool: { max: 1, idleTimeoutMillis: 0, user: 'postgres', database: 'postgres', stream: () => new WorkerSocket(worker) },
    onClose: async () => {
      worker.postMessage('close');
      await once(worker, 'exit');
    },
  });
}
