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

/** Sends the notices that are due; any number of replicas may. */
export class Dispatch {
  readonly #database: Database;
  readonly #key: NodeKey;
  readonly #clock: Clock;
  readonly #post: Post;

  constructor(database: Database, key: NodeKey, clock: Clock, post: Post) {
    this.#database = database;
    this.#key = key;
    this.#clock = clock;
    this.#post = post;
  }

  /** Sends one round; answers how many notices it tried. */
  async run(): Promise<number> {
    const due = await claimDue(this.#database, AT_ONCE, LEASE_SECONDS);
    await Promise.all(due.map((claimed) => this.#send(claimed)));
    return due.length;
  }

  async #send(claimed: Claimed): Promise<void> {
    const { note, delivered, final } = await this.#attempt(claimed);
    if (delivered) return settleDelivered(this.#database, claimed, note);
    await settleFailed(this.#database, claimed, note, final ? null : (pausesSeconds[claimed.attempt - 1] ?? null));
  }

  async #attempt(claimed: Claimed): Promise<{ readonly note: string; readonly delivered: boolean; readonly final: boolean }> {
    try {
      const secret = this.#key.open(claimed.secretSealed, sealedFor(claimed.subjectId));
      const status = await this.#post(claimed.url, signedHeaders(claimed, secret, this.#clock.now()), claimed.body);
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
