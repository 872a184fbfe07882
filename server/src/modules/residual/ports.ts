import type { Condition, Literal, OrderTerm } from '../policy/index.ts';
import type { TableName } from '../resources/index.ts';

/**
 * A row of a scan: the value of each wanted column in its canonical text, null for NULL.
 *
 * | type | canonical text |
 * |---|---|
 * | text | as it is, well-formed Unicode |
 * | integer, bigint | decimal digits without leading zeros, `-` before them; within 32 and 64 bits |
 * | decimal | decimal digits, all of them, no exponent; also `NaN`, `Infinity`, `-Infinity` |
 * | float | the shortest decimal that reads back as the same number, an exponent allowed; `NaN`, `Infinity`, `-Infinity` |
 * | boolean | `true`, `false` |
 * | date | `YYYY-MM-DD`, years 0001 to 9999; also `infinity`, `-infinity` |
 * | time | `HH:MM:SS`, with up to six digits of a fraction |
 * | timestamp | `YYYY-MM-DD HH:MM:SS`, fraction as above, in the source's zone; also `infinity`, `-infinity` |
 * | timestamptz | `YYYY-MM-DDTHH:MM:SSZ`, fraction before the `Z`, in UTC; also `infinity`, `-infinity` |
 * | binary | Base64, padded, without line breaks |
 * | json | JSON text |
 * | uuid | lower case, with hyphens |
 * | geometry | GeoJSON (RFC 7946): an object of `type` and `coordinates`, or a collection of such |
 * | other | as it is |
 */
export type Row = readonly (string | null)[];

/** A condition on its own: it names columns and nests nothing. */
export type SimpleCondition = Exclude<Condition, { readonly op: 'all' | 'any' | 'not' }>;

export interface ScanRequest {
  readonly table: TableName;
  /** The wanted columns, each once: a row has their values in this order. */
  readonly columns: readonly string[];
  /** Values of the columns that the source is given and never returns. */
  readonly inputs: Readonly<Record<string, Literal>>;
  /** What every row of the answer fulfils, and more may be asked of it. A scanner may leave out rows that do not; all rows are checked again. */
  readonly where: readonly SimpleCondition[];
  /** The order of the answer, for scanners that can keep it. NULL stands after every value, text is ordered by code point. */
  readonly order: readonly OrderTerm[];
}

/** What a source must do at the least to be shared under control: hand over the rows of a table. All else is done here. */
export interface RowScanner {
  /** Zone in which its times without zone are meant. */
  readonly timeZone: string;
  /** Whether the rows of this scan will come in the order of the request; where they do not, they are sorted in memory, within bounds. */
  ordered(request: ScanRequest): boolean;
  /** Rows in batches. The signal aborts when no more are wanted; the iterator is then left. Throws DomainErrors, or whatever else. */
  scan(request: ScanRequest, signal: AbortSignal): AsyncIterable<readonly Row[]>;
}
