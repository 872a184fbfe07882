import pg from 'pg';
import { DomainError, type ErrorKind } from '../../kernel/errors.ts';

interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
}

const unavailable: Meaning = { kind: 'source-unavailable', code: 'source.unavailable', message: '数据源暂不可用，请稍后重试 (the source cannot be reached: try again later)' };
const changed: Meaning = { kind: 'source-changed', code: 'source.changed', message: '数据源结构已变化，服务暂不可用，已通知管理员 (the source has changed: its operator has been told)' };
const busy: Meaning = { kind: 'busy', code: 'source.busy', message: '数据源繁忙，请稍后重试 (the source is busy: try again later)' };
const interrupted: Meaning = { kind: 'interrupted', code: 'source.interrupted', message: '读取被中断，请重新获取 (the reading was interrupted: fetch it again)' };
const timeout: Meaning = { kind: 'timeout', code: 'source.timeout', message: '查询超时，请缩小查询范围 (the query took too long: narrow it)' };
const forbidden: Meaning = { kind: 'source-unavailable', code: 'source.forbidden', message: '数据源拒绝访问 (the source refuses the node)' };
const failed: Meaning = { kind: 'internal', code: 'source.failed', message: '数据源查询失败，请将错误编号告知管理员 (the query failed: give the error ID to the operator)' };

/** By SQLSTATE, then by its class (its first two characters). */
const meanings: Readonly<Record<string, Meaning>> = {
  '42703': changed, // undefined column
  '42P01': changed, // undefined table
  '3F000': changed, // undefined schema
  '42883': changed, // no such operator: a column has another type now
  '42804': changed, // datatype mismatch
  '42846': changed, // cannot coerce
  '42809': changed, // wrong object type
  '42501': forbidden,
  '57014': timeout,
  '25P03': interrupted, // idle in transaction for too long, by the source's own rule
  '25P04': interrupted,
  '40001': interrupted, // a standby's conflict with recovery
  '53': busy,
  '08': unavailable,
  '28': unavailable,
  '57': unavailable, // the server is shutting down or starting up
  '3D': unavailable,
};

/** What a failure of the source means to the core; the cause stays with the operator. */
export function sourceFailure(error: unknown, signal?: AbortSignal): DomainError {
  if (signal?.aborted === true) return signal.reason instanceof DomainError ? signal.reason : meaning(interrupted, error);
  if (error instanceof DomainError) return error;
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    return meaning(meanings[code] ?? meanings[code.slice(0, 2)] ?? failed, error);
  }
  if (error instanceof TypeError || error instanceof RangeError) return meaning(failed, error); // ours, not the source's
  return meaning(isPoolTimeout(error) ? busy : unavailable, error);
}

const meaning = ({ kind, code, message }: Meaning, cause: unknown): DomainError => new DomainError(kind, code, message, { cause });

/** All connections were taken for too long; node-postgres has other words for a server that does not answer. */
const isPoolTimeout = (error: unknown): boolean => error instanceof Error && error.message.startsWith('timeout exceeded when trying to connect');

/** A connection that was given up while an answer of it was awaited: the server was silent for too long. */
export const givenUp = (): DomainError => meaning({ ...unavailable, code: 'source.silent' }, undefined);
