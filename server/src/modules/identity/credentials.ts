import { DateTime } from 'luxon';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { isId } from './checks.ts';
import { conflict, invalid, notFound } from './errors.ts';
import type { Credential, FoundCredential } from './model.ts';
import { hashKey, hintOf } from './secrets.ts';
import * as store from './store-subjects.ts';

/** Issued keys are 192 random bits in 32 characters. */
const APPKEY_BYTES = 24;
const appkeyPattern = /^[A-Za-z0-9_-]{32}$/;
const MOST_LIVE = 10;
const LONGEST_OVERLAP_S = 30 * 24 * 3600;
/** A key issued a moment ago is accepted by a replica whose clock lags by so much. */
const CLOCK_TOLERANCE_MS = 5_000;

export interface IssuedAppkey {
  /** Shown once. */
  readonly appkey: string;
  readonly credential: Credential;
}

interface Validity {
  /** From now on where absent. */
  readonly notBefore?: Date;
  /** Without end where null or absent. */
  readonly expiresAt?: Date | null;
}

/** Throws `identity.subject.unknown`, `identity.credential.expiry`, `identity.credential.too-many`. */
export async function issueAppkey(tx: Transaction, clock: Clock, subjectId: string, validity: Validity = {}): Promise<IssuedAppkey> {
  await expectSubject(tx, subjectId);
  return issue(tx, clock.now(), subjectId, validity);
}

/**
 * Makes a new key; the ones before it end after `overlapSeconds` (0 ends them now; 30 days at most). Throws as
 * `issueAppkey`, and `identity.credential.overlap`.
 */
export async function rotateAppkey(
  tx: Transaction,
  clock: Clock,
  subjectId: string,
  { overlapSeconds, ...validity }: { readonly overlapSeconds: number } & Validity,
): Promise<IssuedAppkey> {
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_S) {
    throw invalid('identity.credential.overlap', '重叠期须为 0 至 2592000 秒的整数 (the overlap must be a whole number of seconds from 0 to 2592000)');
  }
  await expectSubject(tx, subjectId);
  const now = clock.now();
  await store.endCredentialsBy(tx, subjectId, now, DateTime.fromJSDate(now).plus({ seconds: overlapSeconds }).toJSDate());
  return issue(tx, now, subjectId, validity);
}

/** The caller holds the subject's lock. */
async function issue(tx: Transaction, now: Date, subjectId: string, { notBefore = now, expiresAt = null }: Validity): Promise<IssuedAppkey> {
  if (expiresAt !== null && !(expiresAt > now && expiresAt > notBefore)) {
    throw invalid('identity.credential.expiry', '失效时间须晚于现在和生效时间 (the end must lie after now and after the beginning)');
  }
  if ((await store.countLiveCredentials(tx, subjectId, now)) >= MOST_LIVE) {
    throw conflict('identity.credential.too-many', `有效 appkey 已达 ${MOST_LIVE} 个，请先吊销不用的 (${MOST_LIVE} appkeys are in force: revoke unused ones first)`);
  }
  const appkey = newSecret(APPKEY_BYTES);
  const fresh = { id: newId(), subjectId, keyHash: hashKey(appkey), hint: hintOf(appkey), notBefore, expiresAt, now };
  const [credential] = await store.insertCredential(tx, fresh);
  if (credential === undefined) throw new DomainError('internal', 'identity.credential.lost', 'The database returned no credential.');
  await raiseRevision(tx);
  return { appkey, credential };
}

/** Felt by the next call on every replica. Throws `identity.credential.unknown` (not-found), also for another subject's. */
export async function revokeCredential(tx: Transaction, clock: Clock, subjectId: string, credentialId: string): Promise<Credential> {
  const known = isId(subjectId) && isId(credentialId);
  const credential = known ? await store.revokeCredentialOf(tx, subjectId, credentialId, clock.now()) : undefined;
  if (credential === undefined) throw notFound('credential');
  await raiseRevision(tx);
  return credential;
}

/** The subject's credentials, newest first; 200 at most. Empty for an unknown subject. */
export const listCredentials = async (on: Queryable, subjectId: string): Promise<Credential[]> =>
  isId(subjectId) ? store.credentialsOf(on, subjectId) : [];

/** What is known of a presented appkey; undefined for what is none of ours. The hot path: cache it by `hashKey(appkey)` until the revision is raised. */
export async function findCredential(on: Queryable, appkey: string): Promise<FoundCredential | undefined> {
  return appkeyPattern.test(appkey) ? store.credentialByHash(on, hashKey(appkey)) : undefined;
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
  const subject = isId(id) ? await store.lockSubject(tx, id) : undefined;
  if (subject === undefined) throw notFound('subject');
}
