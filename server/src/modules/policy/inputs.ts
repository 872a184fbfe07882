import type { ProductShape } from './model.ts';

/** Whether the source is given this column (a parameter of an operation or a query) and never returns it. */
export const isInput = ({ inputs }: ProductShape, column: string): boolean => inputs?.includes(column) === true;
