import { DomainError } from '../../kernel/errors.ts';

/** A row is not what its column says. Which column, only the operator learns: it may be one that the caller must not know of. */
export const unreadable = (why: string): DomainError =>
  new DomainError('source-changed', 'source.changed', '数据源结构已变化，服务暂不可用，已通知管理员 (the source has changed: its operator has been told)', { cause: new Error(why) });

/** A scanner breaks what it promises. */
export const scannerFault = (why: string): DomainError =>
  new DomainError('internal', 'source.scan', '数据源返回的内容不合约定，请将错误编号告知管理员 (the source breaks its contract: give the error ID to the operator)', { cause: new Error(why) });

export const silentSource = (): DomainError =>
  new DomainError('source-unavailable', 'source.silent', '数据源暂不可用，请稍后重试 (the source cannot be reached: try again later)', { cause: new Error('no batch came within the patience of the node') });

export const tooMuchToSort = (): DomainError =>
  new DomainError('result-too-large', 'source.order.too-large', '数据源不能自行排序，而结果过大，无法在节点内排序：请缩小查询范围或使用更小的分页 (the source cannot order its rows and there are too many to be ordered here: narrow the query or ask for smaller pages)');

export const sortingBusy = (): DomainError => new DomainError('busy', 'source.order.busy', '同时排序的数据过多，请稍后重试 (too much is being ordered at this time: try again later)');

const interrupted = (cause: unknown): DomainError =>
  new DomainError('interrupted', 'source.interrupted', '读取被中断，请重新获取 (the reading was interrupted: fetch it again)', { cause });

export function assertWanted(signal: AbortSignal): void {
  if (signal.aborted) throw scanFailure(signal.reason, signal);
}

/** What a scanner's failure means; the cause stays with the operator. */
export function scanFailure(thrown: unknown, signal: AbortSignal): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (signal.aborted) return signal.reason instanceof DomainError ? signal.reason : interrupted(thrown);
  return new DomainError('source-unavailable', 'source.unavailable', '数据源暂不可用，请稍后重试 (the source cannot be reached: try again later)', { cause: thrown });
}
