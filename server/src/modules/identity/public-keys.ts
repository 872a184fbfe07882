import { encryptionKey } from '../../kernel/public-key.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { invalid, notFound } from './errors.ts';
import { findPublicKey, savePublicKey } from './store-subjects.ts';

/**
 * Registers the key to which answers wrap theirs for this subject, or takes it away (null). Throws
 * `identity.public-key.invalid`, `identity.subject.unknown`.
 */
export async function setPublicKey(tx: Transaction, subjectId: string, pem: string | null): Promise<void> {
  const key = pem === null ? undefined : encryptionKey(pem);
  if (pem !== null && key === undefined) {
    throw invalid('identity.public-key.invalid', '公钥须为 PEM（BEGIN PUBLIC KEY），RSA 2048 至 8192 位或 SM2 (the key must be PEM, BEGIN PUBLIC KEY, and RSA of 2048 to 8192 bits or SM2)');
  }
  if (!(await savePublicKey(tx, subjectId, key?.export({ type: 'spki', format: 'pem' }).toString() ?? null))) throw notFound('subject');
  await raiseRevision(tx);
}

/** In PEM; null where none is registered. */
export const getPublicKey = (on: Queryable, subjectId: string): Promise<string | null> => findPublicKey(on, subjectId);
