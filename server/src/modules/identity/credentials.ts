import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import type { NodeKey } from '../../storage/node-key.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { isId } from './checks.ts';
import { conflict, invalid, notFound } from './errors.ts';
import type { Credential, CredentialKind, FoundCredential, GatewayCipher, NewestFirst, Proof } from './model.ts';
import { hashKey, hintOf } from './secrets.ts';
import * as store from './store-credentials.ts';
import { lockSubject } from './store-subjects.ts';

const appkeyPattern = /^[A-Za-z0-9_-]{32}$/;
const MOST_LIVE = 10;
/** Among so many of the newest are all that are in force, but for old ones without end. */
const MOST_RECENT = 200;
const LONGEST_OVERLAP_S = 30 * 24 * 3600;
/** A credential issued a moment ago is accepted by a replica whose clock lags by so much. */
const CLOCK_TOLERANCE_MS = 5_000;

export interface IssuedCredential {
  /** Shown once: the appkey, the secret that signs, or the gateway's appKey. */
  readonly secret: string;
  readonly credential: Credential;
}

export interface CredentialWish {
  readonly kind: CredentialKind;
  /** For the kind `gateway`, and for no other. */
  readonly cipher?: GatewayCipher | undefined;
  /** From now on where absent. */
  readonly notBefore?: Date;
  /** Without end where null or absent. */
  readonly expiresAt?: Date | null;
}

/** Throws `identity.subject.unknown`, `.built-in`, `identity.credential.cipher`, `.expiry`, `.too-many`. */
export async function issueCredential(tx: Transaction, clock: Clock, key: NodeKey, subjectId: string, wish: CredentialWish): Promise<IssuedCredential> {
  await expectSubject(tx, subjectId);
  return issue(tx, clock.now(), key, subjectId, wish);
}

/**
 * Makes a new credential; the ones of its kind before it end after `overlapSeconds` (0 ends them now; 30 days at most).
 * Throws as `issueCredential`, and `identity.credential.overlap`.
 */
export async function rotateCredential(
  tx: Transaction,
  clock: Clock,
  key: NodeKey,
  subjectId: string,
  { overlapSeconds, ...wish }: { readonly overlapSeconds: number } & CredentialWish,
): Promise<IssuedCredential> {
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_S) {
    throw invalid('identity.credential.overlap', '重叠期须为 0 至 2592000 秒的整数 (the overlap must be a whole number of seconds from 0 to 2592000)');
  }
  await expectSubject(tx, subjectId);
  const now = clock.now();
  await store.endCredentialsBy(tx, subjectId, wish.kind, now, DateTime.fromJSDate(now).plus({ seconds: overlapSeconds }).toJSDate());
  return issue(tx, now, key, subjectId, wish);
}

/** The caller holds the subject's lock. */
async function issue(tx: Transaction, now: Date, nodeKey: NodeKey, subjectId: string, wish: CredentialWish): Promise<IssuedCredential> {
  const { kind, cipher = null, notBefore = now, expiresAt = null } = wish;
  if ((kind === 'gateway') !== (cipher !== null)) {
    throw invalid('identity.credential.cipher', 'gateway 凭证须指明 cipher（ecb 或 cbc），其他凭证不得指明 (a gateway credential needs its cipher, ecb or cbc; others have none)');
  }
  if (expiresAt !== null && !(expiresAt > now && expiresAt > notBefore)) {
    throw invalid('identity.credential.expiry', '失效时间须晚于现在和生效时间 (the end must lie after now and after the beginning)');
  }
  if ((await store.countLiveCredentials(tx, subjectId, kind, now)) >= MOST_LIVE) {
    throw conflict('identity.credential.too-many', `有效凭证已达 ${MOST_LIVE} 个，请先吊销不用的 (${MOST_LIVE} credentials of this kind are in force: revoke unused ones first)`);
  }
  const id = newId();
  const { secret, keyId } = newKeys[kind]();
  const kept = keyId === null ? { keyHash: hashKey(secret), secretSealed: null } : { keyHash: null, secretSealed: nodeKey.seal(secret, placeOf(id)) };
  const fresh = { id, subjectId, kind, keyId, cipher, hint: hintOf(secret), notBefore, expiresAt, createdAt: now, ...kept };
  const [credential] = await store.insertCredential(tx, fresh);
  if (credential === undefined) throw new DomainError('internal', 'identity.credential.lost', 'The database returned no credential.');
  await raiseRevision(tx);
  return { secret, credential };
}

/** Secrets carry 128 random bits or more; the gateway's have the form that its clients know. */
const newKeys: Readonly<Record<CredentialKind, () => { readonly secret: string; readonly keyId: string | null }>> = {
  appkey: () => ({ secret: newSecret(24), keyId: null }),
  signature: () => ({ secret: newSecret(32), keyId: `k${newSecret(12)}` }),
  gateway: () => ({ secret: randomBytes(16).toString('hex'), keyId: newId() }),
};

/** A sealed secret opens in its own credential only. */
const placeOf = (credentialId: string): string => `credential:${credentialId}`;

/** What signs under a credential; undefined where nothing does. */
export const secretOf = (key: NodeKey, { credentialId, secretSealed }: FoundCredential): string | undefined =>
  secretSealed === null ? undefined : key.open(secretSealed, placeOf(credentialId));

/** Felt by the next call on every replica. Throws `identity.credential.unknown` (not-found), also for another subject's. */
export async function revokeCredential(tx: Transaction, clock: Clock, subjectId: string, credentialId: string): Promise<Credential> {
  const known = isId(subjectId) && isId(credentialId);
  const credential = known ? await store.revokeCredentialOf(tx, subjectId, credentialId, clock.now()) : undefined;
  if (credential === undefined) throw notFound('credential');
  await raiseRevision(tx);
  return credential;
}

/** The subject's credentials, newest first. Empty for an unknown subject. */
export const listCredentials = async (on: Queryable, subjectId: string, page: NewestFirst = { limit: MOST_RECENT }): Promise<Credential[]> =>
  isId(subjectId) ? store.credentialsOf(on, subjectId, page) : [];

/** By what a credential is found: for an appkey its hash, so that no key stands in a memory. */
export const nameOf = (proof: Proof): string => (proof.kind === 'appkey' ? hashKey(proof.key) : proof.kind === 'none' ? '' : proof.keyId);

const keyIdPatterns = { signature: /^k[A-Za-z0-9_-]{16}$/, gateway: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/ } as const;

/**
 * The credential that a proof names, `undefined` for what is none of ours; whether the proof holds is not asked here. The
 * hot path: cache it by kind and `name` until the revision is raised.
 */
export async function findCredential(on: Queryable, proof: Proof, name = nameOf(proof)): Promise<FoundCredential | undefined> {
  const possible = proof.kind === 'none' || (proof.kind === 'appkey' ? appkeyPattern.test(proof.key) : keyIdPatterns[proof.kind].test(proof.keyId));
  return possible ? store.credentialBy(on, proof.kind, name) : undefined;
}

/**
 * Whether a credential may be used at `now`: it is known, nobody has taken it or its subject away, its time has come (by
 * clocks that may differ a little) and not gone. Callers answer whatever is not in force alike.
 */
export const isInForce = (found: FoundCredential | undefined, now: Date): found is FoundCredential =>
  found !== undefined &&
  found.revokedAt === null &&
  !found.subjectDisabled &&
  found.notBefore.getTime() <= now.getTime() + CLOCK_TOLERANCE_MS &&
  (found.expiresAt === null || now < found.expiresAt);

async function expectSubject(tx: Transaction, id: string): Promise<void> {
  const subject = isId(id) ? await lockSubject(tx, id) : undefined;
  if (subject === undefined) throw notFound('subject');
  if (subject.kind === 'public') throw builtIn();
}

const builtIn = (): DomainError => conflict('identity.subject.built-in', '公众主体不持有凭证 (the public subject calls without a credential and gets none)');
