import type { Queryable, Transaction } from '../../storage/database.ts';
import type { ApiToken, NewestFirst, Role, Scope } from './model.ts';

const columns = `id, user_id AS "userId", name, hint, scopes, expires_at AS "expiresAt", revoked_at AS "revokedAt", created_at AS "createdAt"`;

export async function insertToken(
  tx: Transaction,
  token: { id: string; userId: string; name: string; tokenHash: string; hint: string; scopes: readonly Scope[]; expiresAt: Date; now: Date },
): Promise<ApiToken[]> {
  return tx.query<ApiToken>(
    `INSERT INTO api_tokens (id, user_id, name, token_hash, hint, scopes, expires_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${columns}`,
    [token.id, token.userId, token.name, token.tokenHash, token.hint, token.scopes, token.expiresAt, token.now],
  );
}

export async function countLiveTokens(tx: Transaction, userId: string, now: Date): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'SELECT count(*) AS count FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2',
    [userId, now],
  );
  return row?.count ?? 0;
}

/** Newest first. */
export function tokensOf(on: Queryable, userId: string, { before, limit }: NewestFirst): Promise<ApiToken[]> {
  return on.query<ApiToken>(
    `SELECT ${columns} FROM api_tokens WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid)) ORDER BY created_at DESC, id DESC LIMIT $4`,
    [userId, before?.at ?? null, before?.id ?? null, limit],
  );
}

/** Whether the user has such a token; one revoked before keeps its time. */
export async function revokeTokenOf(tx: Transaction, userId: string, id: string, now: Date): Promise<ApiToken | undefined> {
  const [row] = await tx.query<ApiToken>(
    `UPDATE api_tokens SET revoked_at = COALESCE(revoked_at, $3) WHERE user_id = $1 AND id = $2 RETURNING ${columns}`,
    [userId, id, now],
  );
  return row;
}

export interface TokenHolder {
  readonly tokenId: string;
  readonly tokenName: string;
  readonly scopes: readonly Scope[];
  readonly userId: string;
  readonly userName: string;
  readonly role: Role;
}

/** Who stands behind a token that is in force. */
export async function liveToken(on: Queryable, tokenHash: string, now: Date): Promise<TokenHolder | undefined> {
  const [row] = await on.query<TokenHolder>(
    `SELECT t.id AS "tokenId", t.name AS "tokenName", t.scopes, u.id AS "userId", u.name AS "userName", u.role
     FROM api_tokens t JOIN users u ON u.id = t.user_id
     WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND NOT u.disabled`,
    [tokenHash, now],
  );
  return row;
}
