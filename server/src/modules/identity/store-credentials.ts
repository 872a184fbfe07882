import type { Queryable, Transaction } from '../../storage/database.ts';
import type { AuthenticationMethod, Credential, CredentialKind, FoundCredential, NewestFirst } from './model.ts';

const credentialColumns = `id, subject_id AS "subjectId", kind, key_id AS "keyId", cipher, hint, not_before AS "notBefore", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", created_at AS "createdAt"`;

type NewCredential = Omit<Credential, 'revokedAt'> & { readonly keyHash: string | null; readonly secretSealed: string | null };

export async function insertCredential(tx: Transaction, credential: NewCredential): Promise<Credential[]> {
  const { id, subjectId, kind, keyHash, keyId, secretSealed, cipher, hint, notBefore, expiresAt, createdAt } = credential;
  return tx.query<Credential>(
    `INSERT INTO credentials (id, subject_id, kind, key_hash, key_id, secret_sealed, cipher, hint, not_before, expires_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${credentialColumns}`,
    [id, subjectId, kind, keyHash, keyId, secretSealed, cipher, hint, notBefore, expiresAt, createdAt],
  );
}

const live = 'subject_id = $1 AND kind = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)';

export async function countLiveCredentials(tx: Transaction, subjectId: string, kind: CredentialKind, now: Date): Promise<number> {
  const [row] = await tx.query<{ count: number }>(`SELECT count(*) AS count FROM credentials WHERE ${live}`, [subjectId, kind, now]);
  return row?.count ?? 0;
}

/** Ends every live credential of the subject and kind at `end`, unless it ends sooner by itself. */
export async function endCredentialsBy(tx: Transaction, subjectId: string, kind: CredentialKind, now: Date, end: Date): Promise<void> {
  await tx.query(`UPDATE credentials SET expires_at = LEAST(expires_at, $4::timestamptz) WHERE ${live}`, [subjectId, kind, now, end]);
}

/** Newest first. */
export function credentialsOf(on: Queryable, subjectId: string, { before, limit }: NewestFirst): Promise<Credential[]> {
  return on.query<Credential>(
    `SELECT ${credentialColumns} FROM credentials
     WHERE subject_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid)) ORDER BY created_at DESC, id DESC LIMIT $4`,
    [subjectId, before?.at ?? null, before?.id ?? null, limit],
  );
}

/** One revoked before keeps its time. The public subject's is not taken away: it is disabled, or its grants are. */
export async function revokeCredentialOf(tx: Transaction, subjectId: string, id: string, now: Date): Promise<Credential | undefined> {
  const [row] = await tx.query<Credential>(
    `UPDATE credentials SET revoked_at = COALESCE(revoked_at, $3) WHERE subject_id = $1 AND id = $2 AND kind <> 'none' RETURNING ${credentialColumns}`,
    [subjectId, id, now],
  );
  return row;
}

const lookups = {
  appkey: `c.kind = 'appkey' AND c.key_hash = $1`,
  signature: `c.kind = 'signature' AND c.key_id = $1`,
  gateway: `c.kind = 'gateway' AND c.key_id = $1`,
  none: `c.kind = 'none' AND $1 = ''`,
} as const satisfies Record<AuthenticationMethod, string>;

/** @param name the hash of an appkey, the key ID of what signs, '' for `none` */
export async function credentialBy(on: Queryable, method: AuthenticationMethod, name: string): Promise<FoundCredential | undefined> {
  const [row] = await on.query<FoundCredential>(
    `SELECT c.id AS "credentialId", c.kind, s.id AS "subjectId", s.name AS "subjectName", c.not_before AS "notBefore", c.expires_at AS "expiresAt",
            c.revoked_at AS "revokedAt", s.disabled AS "subjectDisabled", c.secret_sealed AS "secretSealed", c.cipher, s.public_key AS "publicKey"
     FROM credentials c JOIN subjects s ON s.id = c.subject_id WHERE ${lookups[method]}`,
    [name],
  );
  return row;
}

// ---- what was signed ------------------------------------------------------------------------------------------------

/** False where it was spent before. */
export async function spendNonce(on: Queryable, credentialId: string, nonce: string, until: Date): Promise<boolean> {
  const spent = await on.query('INSERT INTO spent_proofs (credential_id, nonce, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING nonce', [credentialId, nonce, until]);
  return spent.length === 1;
}

export async function forgetSpent(on: Queryable, now: Date): Promise<void> {
  await on.query('DELETE FROM spent_proofs WHERE until < $1', [now]);
}
