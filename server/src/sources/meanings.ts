import { DomainError, type ErrorKind } from '../kernel/errors.ts';

/** What a failure of a source means to callers, whatever words its server has for it. */
export interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
}

export const meanings = {
  unavailable: { kind: 'source-unavailable', code: 'source.unavailable', message: '数据源暂不可用，请稍后重试 (the source cannot be reached: try again later)' },
  silent: { kind: 'source-unavailable', code: 'source.silent', message: '数据源暂不可用，请稍后重试 (the source cannot be reached: try again later)' },
  forbidden: { kind: 'source-unavailable', code: 'source.forbidden', message: '数据源拒绝访问 (the source refuses the node)' },
  changed: { kind: 'source-changed', code: 'source.changed', message: '数据源结构已变化，服务暂不可用，已通知管理员 (the source has changed: its operator has been told)' },
  busy: { kind: 'busy', code: 'source.busy', message: '数据源繁忙，请稍后重试 (the source is busy: try again later)' },
  interrupted: { kind: 'interrupted', code: 'source.interrupted', message: '读取被中断，请重新获取 (the reading was interrupted: fetch it again)' },
  timeout: { kind: 'timeout', code: 'source.timeout', message: '查询超时，请缩小查询范围 (the query took too long: narrow it)' },
  failed: { kind: 'internal', code: 'source.failed', message: '数据源查询失败，请将错误编号告知管理员 (the query failed: give the error ID to the operator)' },
} as const satisfies Record<string, Meaning>;

/** The failure as callers are told; the cause stays with the operator. */
export const failure = ({ kind, code, message }: Meaning, cause?: unknown): DomainError => new DomainError(kind, code, message, { cause });

/** What an aborted reading ends with: the reason of whoever aborted it, if it is one of ours. */
export const aborted = (signal: AbortSignal, error: unknown): DomainError => (signal.reason instanceof DomainError ? signal.reason : failure(meanings.interrupted, error));
