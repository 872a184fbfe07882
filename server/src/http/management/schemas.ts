import Type, { type TSchema } from 'typebox';
import type { Actor } from '../../modules/identity/index.ts';
import { Problem } from './problems.ts';

/** RFC 3339 in UTC. */
export const Instant = Type.String({ format: 'date-time' });
export const OptionalInstant = Type.Union([Instant, Type.Null()]);

export const isoOf = (at: Date | null): string | null => at?.toISOString() ?? null;

export const GrantStateView = Type.Enum(['active', 'suspended', 'revoked'], { $id: 'GrantState' });

/** A name, code or identifier in a path. */
export const Reference = Type.String({ minLength: 1, maxLength: 200 });

/** All that is no success. */
export const problem = { description: '错误 (RFC 9457)', content: { 'application/problem+json': { schema: Problem } } };

/** Answers of an operation: what it gives, and a problem for all else. */
export const answers = <S extends TSchema>(given: S) => ({ 200: given, default: problem });
export const created = <S extends TSchema>(given: S) => ({ 201: given, default: problem });
/** An operation that answers nothing. */
export const nothing = { 204: Type.Null({ description: '完成' }), default: problem };

/** A header that changes must carry; what it must be, `expectedVersion` says. */
export const IfMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ maxLength: 100, description: '读取时的 ETag' })) });

/** Whose own a new thing is; the operator of the node's own machine is no user. */
export const ownerOf = (actor: Actor): string | null => (actor.kind === 'user' || actor.kind === 'token' ? actor.id : null);
