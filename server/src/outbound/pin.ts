import type { OutboundGate } from './gate.ts';

/**
 * The addresses of one host, looked up once. They are used one after the other as they fail; only when all have failed is
 * the name asked again, so that a name which is made to point elsewhere meanwhile leads nowhere.
 */
export class Pin {
  readonly #look: () => Promise<readonly string[]>;
  #addresses: readonly string[] = [];
  #looking: Promise<readonly string[]> | undefined;

  constructor(gate: OutboundGate, hostname: string, port: number) {
    this.#look = () => gate.addressesOf(hostname, port);
  }

  /** Throws what the gate throws. */
  async address(): Promise<string> {
    if (this.#addresses.length === 0) this.#addresses = await this.#lookOnce();
    return this.#addresses[0] ?? '';
  }

  failed(address: string): void {
    this.#addresses = this.#addresses.filter((each) => each !== address);
  }

  #lookOnce(): Promise<readonly string[]> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }
}
