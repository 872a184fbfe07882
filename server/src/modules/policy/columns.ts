import type { ColumnType, ProductShape } from './model.ts';

/** The type of a column; undefined where the resource has no such column. */
export const columnType = (product: ProductShape, column: string): ColumnType | undefined => (Object.hasOwn(product.columns, column) ? product.columns[column] : undefined);

/** Whether the source is given this column (a parameter of an operation or a query) and never returns it. */
export const isInput = ({ inputs }: ProductShape, column: string): boolean => inputs?.includes(column) === true;

export const inputRefused = (column: string): string => `${column} 是数据源的输入，不会返回，无法据此限制 (an input of the source is never returned: nothing can be limited by it)`;
