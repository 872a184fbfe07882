import { DomainError } from '../kernel/errors.ts';
import { Dispatch, type DispatchParts, type Post } from '../modules/webhooks/index.ts';
import { startRounds, type Rounds } from './rounds.ts';
import { exchange, openPool, trusting, type OutboundGate } from '../outbound/index.ts';

const EVERY_MS = 1_000;

/** Sends notices as they fall due. */
export function startWebhooks(parts: DispatchParts): Rounds {
  const dispatch = new Dispatch(parts);
  const rounds = startRounds(EVERY_MS, async () => (await dispatch.run()) > 0, parts.onError);
  return {
    stop: async () => {
      await rounds.stop();
      await dispatch.idle();
    },
  };
}

const bounds = { wholeBytes: 0, leastBytesPerSecond: 1, idleMs: 5_000, headOnly: true };
const CONNECT_MS = 5_000;
const HEAD_MS = 10_000;
const ATTEMPT_MS = 20_000;

/**
 * Posts to permitted addresses only; redirects are not followed, and the answer's body is not read.
 * @param authorities PEM of those that receivers may have beside the system's; '': none
 */
export function postThrough(gate: OutboundGate, authorities: string): Post {
  const ca = authorities === '' ? '' : trusting(authorities);
  return async (url, headers, body) => {
    const target = new URL(url);
    const pool = openPool(gate, target, { ca, connections: 1, connectMs: CONNECT_MS, headMs: HEAD_MS, idleMs: bounds.idleMs });
    try {
      const request = { method: 'POST', path: target.pathname + target.search, headers: Object.entries(headers).flat(), body } as const;
      return (await exchange(pool, request, bounds, AbortSignal.timeout(ATTEMPT_MS))).status;
    } finally {
      await pool.destroy();
    }
  };
}

/** Whether notices may go there at all: told when the address is set, not days later. Throws `webhook.address`. */
export async function checkTarget(gate: OutboundGate, url: string): Promise<void> {
  if (!URL.canParse(url)) throw unusable('不是合法的 URL，请检查主机名和端口 (it is no URL: check host and port)');
  const { hostname, port, protocol, username, password } = new URL(url);
  if (username !== '' || password !== '') throw unusable('地址中不可有用户名和密码，通知以签名证明来源 (no user or password in it: notices prove themselves by their signature)');
  try {
    await gate.addressesOf(hostname, Number(port || (protocol === 'https:' ? 443 : 80)));
  } catch (cause) {
    throw unusable(cause instanceof DomainError ? cause.message : '', cause);
  }
}

const unusable = (why: string, cause?: unknown): DomainError => new DomainError('invalid-definition', 'webhook.address', `通知地址不可用 (notices cannot go there)：${why}`, { cause });
