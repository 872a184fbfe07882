import { LRUCache } from 'lru-cache';

const ENTRIES = 10_000;

/**
 * What the database answered, until `clear`; that there is nothing is remembered too. Those who ask for the same at one
 * time share one look, so that a crowd costs the database no more than one caller.
 */
export class Memory<V> {
  readonly #known = new LRUCache<string, { readonly found: V | undefined }>({ max: ENTRIES });
  #looks = new Map<string, Promise<V | undefined>>();

  async find(key: string, look: () => Promise<V | undefined>): Promise<V | undefined> {
    const known = this.#known.get(key);
    return known === undefined ? (this.#looks.get(key) ?? this.#look(key, look)) : known.found;
  }

  /** What was asked before this is not kept after it: it may be older than the change that made it needful. */
  clear(): void {
    this.#known.clear();
    this.#looks = new Map();
  }

  async #look(key: string, look: () => Promise<V | undefined>): Promise<V | undefined> {
    const looks = this.#looks;
    const under = look();
    looks.set(key, under);
    try {
      const found = await under;
      if (looks === this.#looks) this.#known.set(key, { found });
      return found;
    } finally {
      looks.delete(key);
    }
  }
}
