import type { TObject } from 'typebox';
import type { ColumnType, Condition, Literal, OrderTerm, PlanMask } from '../policy/index.ts';
import type { Query } from './query.ts';

/** How a value is written on a wire; spec/wire-values.yaml says which face writes which type how. */
export const wireForms = ['text', 'number', 'boolean', 'date', 'time', 'datetime-space', 'datetime-iso', 'base64', 'json'] as const;
export type WireForm = (typeof wireForms)[number];

/** What a source may be unable to do with a column: mask it by a keyed hash, write its times by ISO 8601. */
export const incapacities = ['hash', 'instant'] as const;
export type Incapacity = (typeof incapacities)[number];

/** A column as its source describes it; `native` is the source's own name of the type. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: ColumnType;
  readonly native: string;
  readonly nullable: boolean;
  readonly comment: string;
  /** The source is given it, as a parameter of an operation or a query, and never returns it; not nullable: it must be given. */
  readonly input?: boolean;
  /** What is asked of every source, and this one cannot do; a product that needs it is refused (decision 10). */
  readonly cannot?: readonly Incapacity[];
}

export interface TableName {
  /** Empty where the source has no schemas. */
  readonly schema: string;
  readonly name: string;
}

/** What a plan reads: a table by its name, or a query in its place, which has no name. */
export interface Relation extends TableName {
  readonly query?: Query;
}

export interface TableDescription extends TableName {
  readonly comment: string;
  readonly columns: readonly ColumnDescription[];
  /** Columns of the primary key, or of a unique key without NULLs; empty when there is none. */
  readonly key: readonly string[];
}

/** What a source is asked to read: all decided, nothing to interpret. */
export interface ReadPlan {
  readonly table: Relation;
  readonly columns: readonly ReadColumn[];
  /** Native types of the columns that the plan names anywhere. */
  readonly natives: Readonly<Record<string, string>>;
  /** Types of the columns that `where` and `order` name. */
  readonly types: Readonly<Record<string, ColumnType>>;
  readonly where: Condition;
  /** Values of the columns that the source is given (`ColumnDescription.input`); `where` does not name them. */
  readonly inputs: Readonly<Record<string, Literal>>;
  /** Ends in a unique key. */
  readonly order: readonly OrderTerm[];
  readonly offset: number;
  readonly limit: number;
  /** The answer is whole or an error (decision 33): a stream with more rows than `limit` is refused, not cut. */
  readonly whole: boolean;
  /** Key of masks that hash (HMAC-SHA256). */
  readonly maskKey: Buffer;
}

export interface ReadColumn {
  readonly name: string;
  readonly column: string;
  readonly columnType: ColumnType;
  readonly mask: PlanMask | null;
  readonly form: WireForm;
}

/** Some rows, each value already in its form: codecs frame and escape, they never convert. */
export type RowBatch =
  /** `text`: JSON objects joined by commas, without the array's brackets. */
  | { readonly kind: 'json'; readonly count: number; readonly text: string }
  /** One array a row, one cell a field in the order of the fields; null is NULL. */
  | { readonly kind: 'cells'; readonly rows: readonly (readonly (string | null)[])[] };
export type RowShape = RowBatch['kind'];

export const countOf = (batch: RowBatch): number => (batch.kind === 'json' ? batch.count : batch.rows.length);

export interface RowStream {
  /** How many rows come, counted in the snapshot that is read; undefined where only its end tells. */
  readonly rows: number | undefined;
  readonly batches: AsyncIterable<RowBatch>;
  /** Gives back what the stream holds, also when `batches` was never begun; may be called again. */
  cancel(): void;
}

/** What of an answer may be handed over in one piece, in which shape, and whether all fitting rows are to be counted with it. */
export interface ReadWish {
  readonly shape: RowShape;
  /** Of a whole answer; a page is bounded by its own limit. */
  readonly rows: number;
  readonly bytes: number;
  readonly counted: boolean;
}

/** Rows in one piece, or as a stream where they would be more; `total` where it was wanted: all fitting rows, whatever the page. */
export type Reading = { readonly total: number | undefined } & ({ readonly batch: RowBatch } | { readonly stream: RowStream });

/** Reads rows of tables. Every method throws DomainErrors: source-unavailable, source-changed, timeout, busy, internal. */
export interface TableReader {
  /** At most `plan.limit` rows in one piece; undefined when the piece would be larger than `maxBytes`. */
  readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined>;
  /** Rows piece by piece, in constant memory; throws `result-too-large` when a whole answer has more than `plan.limit`. */
  openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream>;
  /** How many rows fit the plan's conditions, whatever its offset and limit. */
  count(plan: ReadPlan, signal: AbortSignal): Promise<number>;
  /**
   * All of these from one answer of the source, which is asked once: rows and total are of the same, and what the asking
   * does is done once. Absent where a page, a stream and a count are statements of their own.
   */
  read?(plan: ReadPlan, wish: ReadWish, signal: AbortSignal): Promise<Reading>;
}

export interface Probe {
  /** What answered: product and version, encoding and so on, for the operator. */
  readonly about: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** What a query would cost, for the operator who writes it. */
export interface QueryExplanation {
  /** The source's own words, a line each. */
  readonly plan: readonly string[];
  /** In the source's own unit; null where it tells none. */
  readonly cost: number | null;
  /** Rows that the source expects; null where it tells none. */
  readonly rows: number | null;
  readonly warnings: readonly string[];
}

/** Queries of operators, under a log-in of their own. What is not certainly harmless is refused (`query.…`). */
export interface QuerySource {
  /** Checks the log-in and the query, and reads its columns, the parameters among them as inputs, without running it. */
  describe(query: Query): Promise<TableDescription>;
  /** `values` by parameter; where one lacks, its sample stands. */
  explain(query: Query, values: Readonly<Record<string, string>>): Promise<QueryExplanation>;
}

/** What a source is asked to hand over as it is. */
export type RelayPlan = Pick<ReadPlan, 'table' | 'inputs'>;

/** An answer of a source as it is, without a byte of the head that its caller did not ask for. */
export interface RelayAnswer {
  readonly contentType: string;
  /** Undefined where the source does not tell it beforehand. */
  readonly length: number | undefined;
  /** Whole where it was small. A stream throws when it ends before its end; it is to be read, or returned. */
  readonly body: Buffer | AsyncIterable<Buffer>;
}

/** An open connection (or pool) to a source. */
export interface SourceConnection extends TableReader {
  /**
   * Hands over what the source answers; absent where a source has rows and no answers of its own. Bodies of a known length
   * up to `wholeBytes` come whole; the others slow the source when their reader is slow. Throws as TableReader does.
   */
  relay?(plan: RelayPlan, wholeBytes: number, signal: AbortSignal): Promise<RelayAnswer>;
  /** Absent where the source takes no queries. */
  readonly queries?: QuerySource | undefined;
  /** Proves that the source can be used; throws `source-unavailable` with what to mend. */
  probe(): Promise<Probe>;
  describeTables(): Promise<readonly TableDescription[]>;
  close(): Promise<void>;
}

export type SourceSettings = Readonly<Record<string, unknown>>;

/** What a document of a service's provider says of how it is called: settings for an operator to look at and complete. */
export interface DescribedSettings {
  readonly settings: SourceSettings;
  /** What of the document could not be read, or is not offered here. */
  readonly warnings: readonly string[];
}

/** A type of source: how its settings look and how it is opened. One folder in sources/ each. */
export interface SourceType {
  readonly type: string;
  /** Validates the settings; the properties named in `secrets` are sealed at rest and never shown. */
  readonly schema: TObject;
  readonly secrets: readonly string[];
  /** Reads a description in the type's own language (OpenAPI, WSDL), and nothing beyond it; absent where there is none. */
  readDescription?(document: string): DescribedSettings;
  open(settings: SourceSettings): SourceConnection;
}
