import { DomainError } from '../../kernel/errors.ts';

interface Deed {
  /** Answers undefined while the call's right still stands, else why it does not. */
  readonly check: () => Promise<DomainError | undefined>;
  readonly abort: AbortController;
}

/** The deliveries under way: a revocation ends them, also in mid-stream. */
export class Running {
  readonly #deeds = new Set<Deed>();

  get size(): number {
    return this.#deeds.size;
  }

  add(deed: Deed): () => void {
    this.#deeds.add(deed);
    return () => this.#deeds.delete(deed);
  }

  /** Looks at every running call again; those whose right has gone are aborted. A look that fails counts as gone. */
  async recheck(): Promise<void> {
    await Promise.all(
      [...this.#deeds].map(async (deed) => {
        const ended = await deed.check().catch((cause: unknown) => interrupted(cause));
        if (ended !== undefined) deed.abort.abort(ended);
      }),
    );
  }

  /** Resolves when none is left, or aborts what is left after `patienceMs`. */
  async drain(patienceMs: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (this.#deeds.size > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const deed of this.#deeds) deed.abort.abort(interrupted());
  }
}

const interrupted = (cause?: unknown): DomainError =>
  new DomainError('interrupted', 'delivery.interrupted', '传输被节点中止 (the node ended the transfer)', { cause });
