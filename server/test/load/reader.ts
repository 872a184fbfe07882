import { request, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface ReaderOrder {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes a second that it takes at most; undefined: as fast as it can. */
  readonly rate?: number;
  /** Told of each piece of the body. */
  readonly onData?: (chunk: Buffer) => void;
}

/** How a body ended. */
export interface ReadEnd {
  /** HTTP's own framing was complete: this looks whole. */
  readonly whole: boolean;
  /** `performance.now()` when the reader was told. */
  readonly at: number;
  readonly error: string;
}

/** A caller who reads an answer at his own pace. */
export class Reader {
  readonly answer: IncomingMessage;
  readonly ended: Promise<ReadEnd>;
  readonly #order: ReaderOrder;
  #bytes = 0;
  #over = false;
  #standing = false;

  constructor(answer: IncomingMessage, order: ReaderOrder) {
    this.answer = answer;
    this.#order = order;
    this.ended = this.#read();
  }

  get status(): number {
    return this.answer.statusCode ?? 0;
  }

  /** Bytes of the body that he took, as they came over the wire. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when so many bytes were taken, or the body has ended. */
  async took(least: number): Promise<void> {
    while (this.#bytes < least && !this.#over) await pause(10);
  }

  /** Takes nothing more, and stays. */
  stand(): void {
    this.#standing = true;
  }

  /** Goes away. */
  leave(): void {
    this.#standing = false;
    this.answer.destroy();
  }

  async #read(): Promise<ReadEnd> {
    const { rate, onData } = this.#order;
    const begun = performance.now();
    try {
      for await (const chunk of this.answer as AsyncIterable<Buffer>) {
        this.#bytes += chunk.length;
        onData?.(chunk);
        const ahead = rate === undefined ? 0 : (this.#bytes / rate) * 1000 - (performance.now() - begun);
        if (ahead > 5) await pause(ahead);
        while (this.#standing) await pause(20);
      }
      return { whole: this.answer.complete, at: performance.now(), error: '' };
    } catch (error) {
      return { whole: false, at: performance.now(), error: String(error) };
    } finally {
      this.#over = true;
    }
  }
}

export async function openReader(order: ReaderOrder): Promise<Reader> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(order.url, { headers: order.headers, agent: false }, resolve).on('error', reject).end();
  });
  return new Reader(answer, order);
}
