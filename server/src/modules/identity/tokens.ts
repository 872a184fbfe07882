import { DateTime } from 'luxon';
import type { Clock } from '../../kernel/clock.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { checker, isId } from './checks.ts';
import { conflict, invalid, mustChangePassword, notFound } from './errors.ts';
import { TokenInput, type ApiToken, type NewestFirst, type Scope } from './model.ts';
import { scopesOfRole, type Actor } from './rights.ts';
import { hashKey, hintOf } from './secrets.ts';
import * as store from './store-tokens.ts';
import { lockUser } from './store-users.ts';

const PREFIX = 'lq_';
const DEFAULT_DAYS = 90;
const MOST_DAYS = 366;
const MOST_TOKENS = 50;

const checkInput = checker(TokenInput, 'identity.token.invalid');

export interface IssuedToken {
  /** Shown once: `lq_` and 192 random bits. */
  readonly text: string;
  readonly token: ApiToken;
}

/**
 * Makes an API token for the user who is logged in. It lives 90 days unless `expiresAt` says otherwise (366 at most).
 * Throws `identity.token.session-only`, `.invalid`, `.scope`, `.expiry`, `.too-many`.
 */
export async function createToken(
  tx: Transaction,
  clock: Clock,
  actor: Actor,
  input: { readonly name: string; readonly scopes: Scope[]; readonly expiresAt?: Date },
): Promise<IssuedToken> {
  const now = clock.now();
  assertOwnSession(actor);
  const { name, scopes } = checkInput({ name: input.name, scopes: input.scopes });
  const user = await lockUser(tx, actor.id);
  if (user === undefined || user.disabled) throw notFound('user');
  const permitted = scopesOfRole[user.role];
  if (!scopes.every((scope) => permitted.includes(scope))) {
    throw invalid('identity.token.scope', `您的角色只能持有范围 ${permitted.join('、')} (your role may hold only: ${permitted.join(', ')})`, { permitted });
  }
  const expiresAt = expiryOf(input.expiresAt, now);
  if ((await store.countLiveTokens(tx, user.id, now)) >= MOST_TOKENS) {
    throw conflict('identity.token.too-many', `有效令牌已达 ${MOST_TOKENS} 个，请先吊销不用的 (${MOST_TOKENS} tokens are in force: revoke unused ones first)`);
  }
  const text = PREFIX + newSecret(24);
  const [token] = await store.insertToken(tx, { id: newId(), userId: user.id, name, tokenHash: hashKey(text), hint: hintOf(text), scopes, expiresAt, now });
  if (token === undefined) throw new DomainError('internal', 'identity.token.lost', 'The database returned no token.');
  return { text, token };
}

/** A token must not beget tokens: whoever steals one would keep its power after it is revoked. */
function assertOwnSession(actor: Actor): void {
  if (actor.mustChange) throw mustChangePassword();
  if (actor.kind !== 'user') {
    throw new DomainError('forbidden', 'identity.token.session-only', '令牌只能在登录会话中创建 (tokens are made only in a log-in session)');
  }
}

function expiryOf(wanted: Date | undefined, now: Date): Date {
  const expiresAt = wanted ?? DateTime.fromJSDate(now).plus({ days: DEFAULT_DAYS }).toJSDate();
  const latest = DateTime.fromJSDate(now).plus({ days: MOST_DAYS }).toJSDate();
  if (!(expiresAt > now && expiresAt <= latest)) {
    throw invalid('identity.token.expiry', `有效期须晚于现在且不超过 ${MOST_DAYS} 天 (the expiry must lie ahead, by at most ${MOST_DAYS} days)`);
  }
  return expiresAt;
}

/** The user's tokens, newest first. None for the operator, who is no user. */
export const listTokens = async (on: Queryable, userId: string, page: NewestFirst): Promise<ApiToken[]> => (isId(userId) ? store.tokensOf(on, userId, page) : []);

/** Throws `identity.token.unknown` (not-found), also for another's token. */
export async function revokeToken(tx: Transaction, clock: Clock, userId: string, tokenId: string): Promise<ApiToken> {
  const token = isId(userId) && isId(tokenId) ? await store.revokeTokenOf(tx, userId, tokenId, clock.now()) : undefined;
  if (token === undefined) throw notFound('token');
  return token;
}

/**
 * Who acts by this token. Unknown, expired and revoked tokens and disabled users are answered alike
 * (`identity.token.wrong`, unauthenticated). A password that is due binds sessions, not tokens.
 */
export async function resolveToken(on: Queryable, clock: Clock, presented: string): Promise<Actor> {
  const holder = presented.startsWith(PREFIX) ? await store.liveToken(on, hashKey(presented), clock.now()) : undefined;
  if (holder === undefined) {
    throw new DomainError('unauthenticated', 'identity.token.wrong', '令牌无效或已失效，请换用有效令牌 (the token is unknown or no longer in force: use another)');
  }
  return {
    kind: 'token',
    id: holder.userId,
    name: holder.userName,
    role: holder.role,
    // The role may have changed since the token was made.
    scopes: holder.scopes.filter((scope) => scopesOfRole[holder.role].includes(scope)),
    mustChange: false,
    token: { id: holder.tokenId, name: holder.tokenName },
  };
}
