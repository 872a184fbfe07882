import { createHmac } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import { claimDue, settleDelivered, settleFailed, type Claimed } from './store.ts';
import { sealedFor } from './webhooks.ts';

/** Posts a notice and answers the HTTP status; throws when there was none. What the receiver writes is thrown away. */
export type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number>;

/** Pauses before the further attempts: some two days altogether, then a notice is given up. */
const pausesSeconds = [10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400] as const;
const AT_ONCE = 8;
/** Longer than one attempt may take: a replica that died loses its notices to another after that. */
const LEASE_SECONDS = 60;
const NOTE_LENGTH = 200;

export interface DispatchParts {
  readonly database: Database;
  readonly key: NodeKey;
  readonly clock: Clock;
  readonly post: Post;
  /** Told of a result that could not be kept: its notice is sent again. */
  readonly onError: (error: unknown) => void;
}

/** Sends the notices that are due, one a receiver at a time; any number of replicas may. */
export class Dispatch {
  readonly #parts: DispatchParts;
  readonly #sending = new Set<Promise<void>>();

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  /**
   * Begins to send what is due, as far as there is room, and waits until there is room again: a receiver that is slow
   * keeps no other from being told. Answers how many notices it began.
   */
  async run(): Promise<number> {
    const due = await claimDue(this.#parts.database, AT_ONCE - this.#sending.size, LEASE_SECONDS);
    for (const claimed of due) {
      const sending = this.#send(claimed)
        .catch(this.#parts.onError)
        .finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    }
    if (this.#sending.size === AT_ONCE) await Promise.race(this.#sending);
    return due.length;
  }

  /** Resolves when nothing that was begun is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async #send(claimed: Claimed): Promise<void> {
    const { note, delivered, final } = await this.#attempt(claimed);
    if (delivered) return settleDelivered(this.#parts.database, claimed, note);
    await settleFailed(this.#parts.database, claimed, note, final ? null : (pausesSeconds[claimed.attempt - 1] ?? null));
  }

  async #attempt(claimed: Claimed): Promise<{ readonly note: string; readonly delivered: boolean; readonly final: boolean }> {
    try {
      const { key, clock, post } = this.#parts;
      const secret = key.open(claimed.secretSealed, sealedFor(claimed.subjectId));
      const status = await post(claimed.url, signedHeaders(claimed, secret, clock.now()), claimed.body);
      return { note: `HTTP ${status}`, delivered: status >= 200 && status < 300, final: status === 410 };
    } catch (error) {
      return { note: (error instanceof Error ? error.message : 'failed').slice(0, NOTE_LENGTH), delivered: false, final: false };
    }
  }
}

/** The receiver computes the same HMAC-SHA256 over `<time>.<id>.<body>`, and refuses times that are long past. */
export function signedHeaders({ id, event, body }: Pick<Claimed, 'id' | 'event' | 'body'>, secret: string, now: Date): Record<string, string> {
  const time = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${time}.${id}.${body}`).digest('hex');
  return { 'content-type': 'application/json; charset=utf-8', 'x-lingqu-event': event, 'x-lingqu-delivery': id, 'x-lingqu-time': time, 'x-lingqu-signature': `sha256=${signature}` };
}
