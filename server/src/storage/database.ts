/** A value that may be bound to a parameter of the node's own SQL. Objects are sent as JSON. */
export type SqlValue = string | number | bigint | boolean | Date | null | Buffer | readonly SqlValue[] | { readonly [key: string]: unknown };

export type Row = Record<string, unknown>;

/** Runs SQL of the one dialect that PGlite and PostgreSQL share. Rows come back with columns named as in the SQL. */
export interface Queryable {
  query<R = Row>(sql: string, values?: readonly SqlValue[]): Promise<R[]>;
}

export interface Transaction extends Queryable {
  /** Marks the transaction type: a function that takes this runs inside one. */
  readonly inTransaction: true;
}

/** The text of a cell in bulk loading; null is NULL. */
export type Cell = string | null;

/**
 * The node's own database: PGlite by default, PostgreSQL by DATABASE_URL.
 * Bulk loading is the one thing the engines do differently (COPY is not to be had over PGlite's protocol).
 */
export interface Database extends Queryable {
  readonly engine: 'pglite' | 'postgres';
  /** Commits what `work` did, or rolls all of it back and rethrows. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Appends rows of text cells in one statement; all or nothing. `table` and `columns` are ours, never a caller's. */
  append(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[], within?: Transaction): Promise<void>;
  /** Rows as arrays of each value's text, in the order of the SELECT: bulk reading, nothing parsed. */
  cells(sql: string, values: readonly SqlValue[]): Promise<Cell[][]>;
  /** True while the database answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** Quotes a name for SQL. Names are the only thing ever put into SQL text; values are always bound. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
