import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, newSecret } from '../../kernel/ids.ts';
import { hashKey, sameHash } from './secrets.ts';

/** Where the data folder keeps the token of the node's own machine. */
export const OPERATOR_TOKEN_FILE = 'operator.token';

/** What the node remembers of the token that it left in the data folder. */
export interface OperatorToken {
  readonly hash: string;
}

/**
 * Writes a new operator token into the data folder (mode 0600), in place of the one of the start before. It is written
 * under another name first, so that a reader never sees half of it and an older file's mode does not stay.
 */
export async function mintOperatorToken(folder: string): Promise<OperatorToken> {
  const text = `lqo_${newSecret(24)}`;
  const draft = join(folder, `${OPERATOR_TOKEN_FILE}.${newId()}`);
  try {
    await writeFile(draft, `${text}\n`, { mode: 0o600, flag: 'wx' });
    await rename(draft, join(folder, OPERATOR_TOKEN_FILE));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return { hash: hashKey(text) };
}

/** Takes the token away: when the node stops, or where the token is switched off. */
export const removeOperatorToken = (folder: string): Promise<void> => rm(join(folder, OPERATOR_TOKEN_FILE), { force: true });

/** Compares in constant time. That the request came over loopback and through no proxy is for the listener to check. */
export const isOperatorToken = (minted: OperatorToken, presented: string): boolean => sameHash(minted.hash, hashKey(presented));
