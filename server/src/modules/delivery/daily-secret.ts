import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import { assertInWindow, dailySecret, dayEnd, isInForce, isMacOf, sealDailySecret, secretOf, spendProof, type SignedProof } from '../identity/index.ts';
import { recordOperation } from '../journal/index.ts';
import type { Access } from './access.ts';
import { unauthenticated } from './errors.ts';
import type { Call } from './model.ts';

export interface SecretParts {
  readonly database: Database;
  readonly key: NodeKey;
  readonly access: Access;
  readonly clock: Clock;
}

export interface SealedSecret {
  /** Under the requester's appKey. */
  readonly secret: string;
  /** In milliseconds since 1970. */
  readonly secretEndTime: number;
}

/** Stands where a requester is unknown, so that the answer takes the same time. */
const nobody = 'no requester has this key';

/**
 * Gives a requester of the national gateway's convention the secret of the day, where he signs for it with his appKey;
 * the journal holds it. Throws as `Access.prove`.
 */
export async function refreshSecret(parts: SecretParts, proof: SignedProof, call: Pick<Call, 'requestId' | 'traceId' | 'address' | 'face' | 'productCode'>): Promise<SealedSecret> {
  const { database, key, access, clock } = parts;
  if (!access.isFresh()) await access.assertFresh();
  const now = clock.now();
  assertInWindow(proof, now);
  const found = await access.credential(proof);
  const appKey = found === undefined ? undefined : secretOf(key, found);
  const signed = isMacOf(appKey ?? nobody, proof);
  if (!signed || appKey === undefined || !isInForce(found, now) || found.cipher === null) throw unauthenticated(`${found === undefined ? 'nobody of this rid' : found.credentialId} did not sign for the secret of the day with an appKey in force`);
  const { credentialId, subjectId, subjectName, cipher } = found;
  await database.transaction(async (tx) => {
    await spendProof(tx, proof, credentialId);
    const { requestId, traceId, address, face, productCode } = call;
    await recordOperation(tx, { event: 'gateway.secret', actor: subjectName, result: 'done', requestId, traceId, address, face, productCode, subjectId, credentialId });
  });
  return { secret: sealDailySecret(appKey, dailySecret(key, credentialId, now), cipher), secretEndTime: dayEnd(now) };
}
