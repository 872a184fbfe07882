import type { Database, Transaction } from '../../storage/database.ts';
import { recordSystem } from '../journal/index.ts';
import type { SourceConnections } from './connections.ts';
import { keepFindings, lookAgain } from './drift.ts';
import type { Resource } from './model.ts';

/** A resource that keeps failing is not looked at more often. */
const PAUSE_MS = 10_000;

interface WatchOptions {
  /** Told of a look that failed: the source may be away altogether. */
  readonly onError: (error: unknown, resource: string) => void;
  /** Runs in the transaction that keeps a resource's new notice; an empty one says that it is well again. */
  readonly onNotice: (tx: Transaction, resource: Resource) => Promise<void>;
  /** Milliseconds that never step back. */
  readonly monotonic?: () => number;
}

/** Looks at resources whose reading failed because the source has changed, in the background, and leaves a notice. */
export class ResourceWatch {
  readonly #database: Database;
  readonly #connections: SourceConnections;
  readonly #onError: WatchOptions['onError'];
  readonly #onNotice: WatchOptions['onNotice'];
  readonly #monotonic: () => number;
  readonly #looks = new Map<string, { readonly at: number; readonly done: Promise<void> }>();

  constructor(database: Database, connections: SourceConnections, { onError, onNotice, monotonic = () => performance.now() }: WatchOptions) {
    this.#database = database;
    this.#connections = connections;
    this.#onError = onError;
    this.#onNotice = onNotice;
    this.#monotonic = monotonic;
  }

  /** A read of the resource failed with `source-changed`. Returns at once. */
  report(resource: Pick<Resource, 'id' | 'name'>): void {
    const at = this.#monotonic();
    for (const [id, look] of this.#looks) if (at - look.at >= PAUSE_MS) this.#looks.delete(id);
    if (this.#looks.has(resource.id)) return;
    const done = this.#look(resource.id).catch((error: unknown) => this.#onError(error, resource.name));
    this.#looks.set(resource.id, { at, done });
  }

  async #look(id: string): Promise<void> {
    const findings = await lookAgain(this.#database, this.#connections, id);
    await this.#database.transaction(async (tx) => {
      const resource = await keepFindings(tx, findings, false);
      if (resource === undefined) return;
      await this.#onNotice(tx, resource);
      await recordSystem(tx, { event: 'resource.changed', actor: 'system', result: 'done', details: JSON.stringify({ resource: resource.name, notice: resource.notice }) });
    });
  }

  /** Resolves when no look is under way. */
  async idle(): Promise<void> {
    await Promise.all([...this.#looks.values()].map((look) => look.done));
  }
}
