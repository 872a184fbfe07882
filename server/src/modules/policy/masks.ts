import { isNumeric, isTemporal } from './conditions.ts';
import { isSoundText } from './literals.ts';
import type { ColumnType, FieldShape, Mask, PlanMask } from './model.ts';

/**
 * What each preset leaves to be seen. Lengths in code points; a value that is no longer than what would be kept is
 * covered whole.
 */
const presets: Readonly<Record<'id-card' | 'phone' | 'name' | 'email' | 'address', PlanMask>> = {
  // of GB 11643's division, birth, order and check: the province and a county's first digit, and the last four
  'id-card': { kind: 'partial', keepStart: 3, keepEnd: 4 },
  phone: { kind: 'partial', keepStart: 3, keepEnd: 4 },
  name: { kind: 'partial', keepStart: 1, keepEnd: 0 },
  email: { kind: 'email' },
  // province and city, as 浙江省宁波市
  address: { kind: 'partial', keepStart: 6, keepEnd: 0 },
};

const largestIntegerStep = 1_000_000_000;

/** The mask as a source applies it. */
export function planMask(mask: Mask): PlanMask {
  switch (mask.kind) {
    case 'fixed':
      return { kind: 'fixed', value: mask.value };
    case 'partial':
      return 'preset' in mask ? presets[mask.preset] : { kind: 'partial', keepStart: mask.keepStart, keepEnd: mask.keepEnd };
    case 'hash':
      return { kind: 'hash' };
    case 'number':
      return { kind: 'number', step: mask.step };
    case 'date':
      return { kind: 'date', unit: mask.unit };
  }
}

/** Why a mask does not fit a field, or null when it does. */
export function misfit(mask: Mask, field: FieldShape, columnType: ColumnType): string | null {
  switch (mask.kind) {
    case 'fixed':
      if (mask.value === null) return null;
      if (field.type !== 'varchar') return `固定文本只用于 varchar 字段，${field.type} 字段请用 null (a fixed text fits varchar only; use null)`;
      return isSoundText(mask.value) ? null : '固定文本含空字符或残缺字符 (the fixed text holds a NUL or a lone surrogate)';
    case 'partial':
    case 'hash':
      return field.type === 'varchar' ? null : `${mask.kind} 只用于 varchar 字段，不用于 ${field.type} (fits fields of varchar only)`;
    case 'number':
      return stepMisfit(mask.step, columnType);
    case 'date':
      if (!isTemporal(columnType)) return `date 只用于日期或时间列，不用于 ${columnType} 列 (fits columns of dates or times only)`;
      return columnType === 'date' && (mask.unit === 'day' || mask.unit === 'hour')
        ? `日期列按 ${mask.unit} 概化等于未脱敏 (a date generalised to the ${mask.unit} stays as it is)`
        : null;
  }
}

function stepMisfit(step: number, columnType: ColumnType): string | null {
  if (!isNumeric(columnType)) return `number 只用于数值列，不用于 ${columnType} 列 (fits numeric columns only)`;
  if (columnType === 'integer' || columnType === 'bigint') {
    return Number.isInteger(step) && step > 1 && step <= largestIntegerStep
      ? null
      : `整数列的步长应为 2 至 ${largestIntegerStep} 的整数 (the step of an integer column is an integer of 2 to ${largestIntegerStep})`;
  }
  return String(step).includes('e') ? '步长过大或过小 (the step is too large or too small)' : null;
}
