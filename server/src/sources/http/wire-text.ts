import { showTime } from '../../kernel/clock.ts';
import type { Literal } from '../../modules/policy/index.ts';
import type { Input } from './operation-settings.ts';

/** A value as an upstream reads it: numbers in decimal, `true`, days `2022-09-01`, times as the operation says. */
export function wireText({ type, text }: Literal, times: Input['times']): string {
  if (type !== 'timestamp' && type !== 'timestamptz') return text;
  const shown = showTime(new Date(text));
  if (times === 'space') return shown;
  return times === 'iso' ? `${shown.replace(' ', 'T')}+08:00` : shown.replaceAll(/[^0-9]/g, '');
}

/** Types whose canonical text is a JSON value as it stands. */
const plain: ReadonlySet<Literal['type']> = new Set(['integer', 'bigint', 'decimal', 'float', 'boolean']);

export const wireJson = (literal: Literal, times: Input['times']): string => (plain.has(literal.type) ? literal.text : JSON.stringify(wireText(literal, times)));
