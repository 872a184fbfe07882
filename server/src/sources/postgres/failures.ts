import pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';

/** What a failure of the source means to the core; the cause stays with the operator. */
export function sourceFailure(error: unknown, signal?: AbortSignal): DomainError {
  if (error instanceof DomainError) return error;
  if (signal?.aborted === true && signal.reason instanceof DomainError) return signal.reason;
  if (!(error instanceof pg.DatabaseError)) {
    return isPoolTimeout(error)
      ? new DomainError('busy', 'source.busy', '数据源连接已满，请稍后重试 (the source has no free connection: try again later)', { cause: error })
      : new DomainError('source-unavailable', 'source.unavailable', '数据源暂不可用，请稍后重试 (the source cannot be reached: try again later)', { cause: error });
  }
  const code = error.code ?? '';
  if (code === '42703' || code === '42P01' || code === '3F000') {
    return new DomainError('source-changed', 'source.changed', '数据源结构已变化，服务暂不可用，已通知管理员 (the source has changed: its operator has been told)', { cause: error });
  }
  if (code === '42501') return new DomainError('source-unavailable', 'source.forbidden', '数据源拒绝访问 (the source refuses the node)', { cause: error });
  if (code === '57014') return new DomainError('timeout', 'source.timeout', '查询超时，请缩小查询范围 (the query took too long: narrow it)', { cause: error });
  if (code.startsWith('53')) return new DomainError('busy', 'source.busy', '数据源繁忙，请稍后重试 (the source is busy: try again later)', { cause: error });
  if (code.startsWith('08') || code.startsWith('28') || code.startsWith('57') || code === '3D000') {
    return new DomainError('source-unavailable', 'source.unavailable', '数据源暂不可用，请稍后重试 (the source cannot be reached: try again later)', { cause: error });
  }
  return new DomainError('internal', 'source.failed', '数据源查询失败，请将错误编号告知管理员 (the query failed: give the error ID to the operator)', { cause: error });
}

const isPoolTimeout = (error: unknown): boolean => error instanceof Error && /timeout exceeded when trying to connect/.test(error.message);
