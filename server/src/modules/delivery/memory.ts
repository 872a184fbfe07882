import { LRUCache } from 'lru-cache';

const ENTRIES = 10_000;

/**
 * What the database answered, until `clear`; that there is nothing is remembered too. Those who ask for the same at one
 * time share one look, so that a crowd costs the database no more than one caller.
 */
export class Memory<V> {
  /** The looks themselves, which have found what they found: who asks again waits for nothing. */
  readonly #known = new LRUCache<string, Promise<V | undefined>>({ max: ENTRIES });
  #looks = new Map<string, Promise<V | undefined>>();

  find(key: string, look: () => Promise<V | undefined>): Promise<V | undefined> {
    return this.#known.get(key) ?? this.#looks.get(key) ?? this.#look(key, look);
  }

  /** What was asked before this is not kept after it: it may be older than the change that made it needful. */
  clear(): void {
    this.#known.clear();
    this.#looks = new Map();
  }

  #look(key: string, look: () => Promise<V | undefined>): Promise<V | undefined> {
    const looks = this.#looks;
    const under = look();
    looks.set(key, under);
    const end = (): boolean => looks.delete(key);
    under.then(() => end() && looks === this.#looks && this.#known.set(key, under), end);
    return under;
  }
}
