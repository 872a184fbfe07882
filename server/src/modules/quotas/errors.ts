import { DomainError, type ErrorKind } from '../../kernel/errors.ts';
import type { ConcurrencyLimit, PlanQuota } from './model.ts';

const periodsInChinese = { minute: '每分钟', hour: '每小时', day: '每日', total: '总' } as const;
const unitsInChinese = { calls: '次', rows: '行', bytes: '字节' } as const;

function kindOf(quota: PlanQuota): ErrorKind {
  switch (quota.per) {
    case 'total':
      return quota.holder === 'product' ? 'quota-product' : 'quota-grant'; // decision 19: 12006, 12007
    case 'day':
      return 'quota-daily'; // 12008
    case 'hour':
    case 'minute':
      return 'quota-rate';
  }
}

/** `retryAfterSeconds`: until the window ends; null where waiting does not help. */
export function quotaExhausted(quota: PlanQuota, retryAfterSeconds: number | null): DomainError {
  const { per, unit, limit, holder } = quota;
  const mend =
    retryAfterSeconds === null
      ? `请减少请求的数据量或联系提供方 (quota of ${limit} ${unit}, ${per}, exhausted: ask for less or ask the provider)`
      : `请在 ${retryAfterSeconds} 秒后重试 (quota of ${limit} ${unit} per ${per} exhausted: retry in ${retryAfterSeconds} s)`;
  return new DomainError(kindOf(quota), `quotas.${holder}.${per}.${unit}`, `${periodsInChinese[per]}配额 ${limit} ${unitsInChinese[unit]}已用尽：${mend}`, {
    details: { limit, unit, per, retryAfterSeconds },
  });
}

export const tooManyAtOnce = ({ limit, holder }: ConcurrencyLimit): DomainError =>
  new DomainError('concurrency', `quotas.${holder}.concurrency`, `并发调用超过 ${limit} 个：请等前一调用结束后重试 (more than ${limit} calls at one time: retry when one has ended)`, {
    details: { limit },
  });

/** No count can be read: the answer is no. */
export const notCountable = (cause?: unknown): DomainError =>
  new DomainError('busy', 'quotas.unavailable', '节点繁忙，暂时无法核对配额：请稍后重试 (busy: quotas cannot be checked now; retry later)', { cause });
