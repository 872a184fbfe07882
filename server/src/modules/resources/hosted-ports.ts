import type { Transaction } from '../../storage/database.ts';

/** The name of the source that the node makes itself, of the tables that it keeps. */
export const HOSTED_SOURCE = 'hosted';

export const hostedColumnTypes = ['text', 'integer', 'bigint', 'decimal', 'float', 'boolean', 'date', 'time', 'timestamp', 'timestamptz'] as const;

/** How a hosted table's column is declared; an import infers what it is not told. */
export interface HostedColumn {
  readonly name: string;
  readonly type: (typeof hostedColumnTypes)[number];
  readonly comment: string;
}

export interface HostedTable {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly HostedColumn[];
  readonly rows: number;
  readonly attribution: string;
  readonly importedAt: Date;
}

export interface HostedLoad {
  readonly name: string;
  readonly title: string;
  readonly attribution: string;
  readonly columns: readonly HostedColumn[];
  /** Columns by which callers search: an index is made for each list. */
  readonly indexes: readonly (readonly string[])[];
  /** Cells in the order of the columns; null is NULL. */
  readonly rows: AsyncIterable<readonly (readonly (string | null)[])[]>;
  /** Called now and then with the rows loaded so far. */
  readonly progress: (rows: number) => void;
}

/** Tables kept in the node's own database. A load replaces the table whole, or leaves it as it was. */
export interface HostedTables {
  load(load: HostedLoad): Promise<HostedTable>;
  /** In the order of their names; all of them, or so many that come after a name. */
  list(page?: { readonly after: string; readonly limit: number }): Promise<readonly HostedTable[]>;
  /** Throws `hosted.in-use` while a resource stands on it, with their names, and `hosted.unknown`. */
  remove(name: string): Promise<void>;
  /** As `remove`, in a transaction of the caller's; what it answers frees the table's space, after the commit. */
  take(tx: Transaction, name: string): Promise<() => Promise<void>>;
}

/** A column of a file as its importer declares it; what is not said is inferred. */
export interface ImportColumn {
  readonly name: string;
  readonly type?: HostedColumn['type'];
  readonly comment?: string;
}

/** The formats of files that can be imported, with what each lets its importer choose. */
export type FileFormat =
  | { readonly format: 'csv'; readonly charset: 'auto' | 'utf-8' | 'gb18030'; readonly delimiter: 'auto' | ',' | ';' | '\t' }
  /** `sheet`: a sheet's name, or its number from 1; empty is the first that is shown. */
  | { readonly format: 'xlsx'; readonly sheet: string };

/** What an import found the file to be. */
export type ImportedFile =
  | { readonly format: 'csv'; readonly charset: 'utf-8' | 'gb18030'; readonly delimiter: ',' | ';' | '\t' }
  | { readonly format: 'xlsx'; readonly sheet: string };

export interface ImportOptions {
  /** The hosted table that the file fills, or replaces; a column that the table has already keeps its type. */
  readonly table: string;
  readonly title: string;
  readonly attribution: string;
  readonly file: FileFormat;
  readonly columns: readonly ImportColumn[];
  readonly indexes: readonly (readonly string[])[];
  /** Leaves bad rows out and reports them; else one bad row refuses the file. */
  readonly skipBadRows: boolean;
  /** `checking` reads the file through, `loading` fills the table; rows are those of the step so far. */
  readonly progress: (step: 'checking' | 'loading', rows: number) => void;
}

/** Why a row could not be imported; rows count from 1. `cell` is the address where the format has addresses, like C12. */
export interface BadCell {
  readonly row: number;
  readonly column: string;
  readonly cell: string;
  readonly why: string;
}

export interface ImportReport {
  readonly table: HostedTable;
  readonly file: ImportedFile;
  /** How many rows were left out, and how much was wrong in them; the first 100 are listed. */
  readonly skipped: number;
  readonly faults: number;
  readonly badRows: readonly BadCell[];
}

/**
 * Makes hosted tables of files. Throws `csv.…` or `xlsx.…` with what is wrong with the file: `csv.rows`, `xlsx.rows` list
 * the bad rows.
 */
export interface TableImport {
  importTable(content: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImportReport>;
}
