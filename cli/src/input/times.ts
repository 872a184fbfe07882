import { usageFailure } from '../failure.ts';
import type { Say } from '../language.ts';

/** ISO 8601, or `2026-01-31 08:00`; without a zone it is a time in China (decision 13). Answers UTC in ISO 8601. */
export function instantOf(text: string, say: Say): string {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  const [, day, time = '00:00', zone = '+08:00'] = match ?? [];
  const at = new Date(`${day}T${time}${zone}`);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw usageFailure(say(`时间 ${text} 无法识别，应如 2026-01-31 或 2026-01-31T08:00:00+08:00`, `${text} is no time: write 2026-01-31 or 2026-01-31T08:00:00+08:00`));
}
