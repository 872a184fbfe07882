import { createHmac, timingSafeEqual } from 'node:crypto';
import { showTime } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Queryable } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import { secretOf } from './credentials.ts';
import { dailySecret } from './gateway.ts';
import type { FoundCredential, Proof, SignedProof } from './model.ts';
import { spendNonce } from './store-credentials.ts';

/** How far a signer's clock may be off, and how long a signature is good. */
const WINDOW_MS = 10 * 60_000;
/** Replicas whose clocks differ by less than this remember a signature for as long as any of them would accept it. */
const REMEMBERED_MS = 2 * WINDOW_MS;

export const isSigned = (proof: Proof): proof is SignedProof => proof.kind === 'signature' || proof.kind === 'gateway';

/** Throws `signature.clock`, which tells the node's time: it is no secret, and known before anybody is looked up. */
export function assertInWindow({ time }: SignedProof, now: Date): void {
  const off = time - now.getTime();
  if (Math.abs(off) <= WINDOW_MS) return;
  const seconds = Math.round(Math.abs(off) / 1000);
  const [chinese, english] = off < 0 ? ['慢', 'behind'] : ['快', 'ahead'];
  throw new DomainError(
    'credential-expired',
    'signature.clock',
    `签名时间比节点时间${chinese} ${seconds} 秒，超过 ${WINDOW_MS / 1000} 秒。节点时间为 ${showTime(now)}（${now.getTime()}），请校准时钟后重新签名 (the signature's time is ${seconds} s ${english}, more than ${WINDOW_MS / 1000} s: set the clock and sign again)`,
    { details: { serverTime: now.getTime(), differenceSeconds: Math.round(off / 1000) } },
  );
}

/** Stands where a credential is unknown, so that this takes the same time. */
const nobody = 'no credential has this secret';

/** Whether a proof was signed under the credential that it names. */
export function isSignedBy(key: NodeKey, proof: SignedProof, found: FoundCredential | undefined): boolean {
  return isMacOf(found === undefined ? nobody : signingSecret(key, proof, found), proof) && found !== undefined;
}

/** A call by the gateway's convention is signed under the secret of its own day, everything else under the credential's. */
function signingSecret(key: NodeKey, proof: SignedProof, found: FoundCredential): string {
  if (proof.kind === 'gateway') return dailySecret(key, found.credentialId, new Date(proof.time));
  const secret = secretOf(key, found);
  if (secret === undefined) throw new DomainError('internal', 'identity.credential.secret', 'A credential that signs has no secret.');
  return secret;
}

/** Whether the proof's signature is the HMAC of its text under a secret. */
export function isMacOf(secret: string, { hash, text, signature }: Pick<SignedProof, 'hash' | 'text' | 'signature'>): boolean {
  const wanted = createHmac(hash, secret).update(text).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * Spends a proof that holds, so that no replica takes it again. Throws `signature.replayed`, and `signature.unspent`
 * while the database does not answer: what cannot be remembered is not accepted.
 */
export async function spendProof(on: Queryable, { kind, nonce, time, signature }: SignedProof, credentialId: string): Promise<void> {
  // Base64 can be written in several ways: what counts is what it stands for.
  const once = `${kind}:${nonce ?? Buffer.from(signature, 'base64').toString('base64')}`;
  const fresh = await spendNonce(on, credentialId, once, new Date(time + REMEMBERED_MS)).catch((cause: unknown) => {
    throw new DomainError('busy', 'signature.unspent', '节点暂时无法核对签名，请稍后重试 (the node cannot check the signature now: try again later)', { cause });
  });
  if (fresh) return;
  throw new DomainError('unauthenticated', 'signature.replayed', '该签名已被使用，每次调用须重新签名 (this signature was used before: sign each call anew)');
}
