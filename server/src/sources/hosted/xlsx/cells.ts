import { momentValue } from '../column-types.ts';
import type { FileCell } from '../table-file.ts';
import { dateOf, type DateSystem } from './dates.ts';
import { numberOf } from './numbers.ts';
import type { RawCell } from './sheet.ts';
import type { Styles } from './styles.ts';
import { MAX_TEXT } from './texts.ts';

const [yes, no] = [{ type: 'boolean', text: 'true' }, { type: 'boolean', text: 'false' }] as const;
const truths: Readonly<Partial<Record<string, FileCell>>> = { 1: yes, true: yes, 0: no, false: no };

/** What a cell means; `value` is its text, where the sheet only names a shared string. */
export function cellOf({ type, style }: RawCell, value: string | undefined, styles: Styles, dates: DateSystem): FileCell {
  if (value === undefined) return { fault: '公式没有保存结果，请在 Excel 中打开并保存 (the formula has no saved result: open and save it in Excel)' };
  switch (type) {
    case 's':
    case 'str':
    case 'inlineStr':
      return textOf(value);
    case 'n':
      return numericOf(value, style, styles, dates);
    case 'b':
      return truths[value] ?? { fault: `“${value.slice(0, 40)}”不是真假值 (no boolean)` };
    case 'd':
      return momentValue(value.replace(/(\.\d{6})\d+/, '$1')) ?? { fault: `“${value.slice(0, 40)}”不是日期或时间 (no date or time)` };
    case 'e':
      return { fault: `错误值 ${value.slice(0, 40)} (an error value)` };
    default:
      return { fault: `单元格类型“${type.slice(0, 20)}”未知 (the cell’s type is unknown)` };
  }
}

function textOf(value: string): FileCell {
  if (value === '') return null;
  return value.length > MAX_TEXT ? { fault: `文字超过 ${MAX_TEXT} 个字符 (the text is too long)` } : { type: 'text', text: value };
}

function numericOf(value: string, style: number, styles: Styles, dates: DateSystem): FileCell {
  const kind = styles[style];
  const number = numberOf(value.trim());
  if (number === undefined) return { fault: `“${value.slice(0, 40)}”不是数值 (no number)` };
  if (kind === undefined) return number;
  return dateOf(Number(value), kind, dates) ?? { fault: `${number.text} 显示为日期，但不是有效的日期 (it is shown as a date and is none)` };
}
