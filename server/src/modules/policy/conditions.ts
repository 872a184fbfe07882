import type { Operand } from './literals.ts';
import type { ColumnType, Comparison, Condition } from './model.ts';

/** The types whose values can be compared at all; the rest is shown only. */
export function isComparable(type: ColumnType): boolean {
  return type !== 'binary' && type !== 'json' && type !== 'geometry' && type !== 'other';
}

/** The types whose values stand in one order in every source. */
export function isOrdered(type: ColumnType): boolean {
  return isComparable(type) && type !== 'boolean' && type !== 'uuid';
}

export function isNumeric(type: ColumnType): boolean {
  return type === 'integer' || type === 'bigint' || type === 'decimal' || type === 'float';
}

/** The types that stand on the calendar; a time of day does not. */
export function isTemporal(type: ColumnType): boolean {
  return type === 'date' || type === 'timestamp' || type === 'timestamptz';
}

/** A day given for a column of times means the whole of that day (decision 14, carried through all comparisons). */
export function comparison(op: Comparison, column: string, { literal, until }: Operand): Condition {
  if (until === null) return { op, column, value: literal };
  switch (op) {
    case 'eq':
      return { op: 'all', of: [{ op: 'ge', column, value: literal }, { op: 'lt', column, value: until }] };
    case 'ne':
      return { op: 'any', of: [{ op: 'lt', column, value: literal }, { op: 'ge', column, value: until }] };
    case 'le':
      return { op: 'lt', column, value: until };
    case 'gt':
      return { op: 'ge', column, value: until };
    case 'lt':
    case 'ge':
      return { op, column, value: literal };
  }
}

/** The column has one of the values; days among them mean whole days. */
export function membership(column: string, operands: readonly Operand[]): Condition {
  const instants = operands.filter(({ until }) => until === null);
  const listed: Condition = { op: 'in', column, values: instants.map(({ literal }) => literal) };
  if (instants.length === operands.length) return listed;
  const days = operands.filter(({ until }) => until !== null).map((operand) => comparison('eq', column, operand));
  return { op: 'any', of: instants.length === 0 ? days : [listed, ...days] };
}
