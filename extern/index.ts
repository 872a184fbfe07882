/**
 * What a source type written outside Lingqu's tree exports by default, and nothing else: these are types only, and cost
 * nothing at run time. docs/guides/extern.md carries a worked example.
 */
export interface ExternSource {
  /** Its name in the management API: lower-case letters, digits, `-`; not that of a built-in type. */
  readonly type: string;
  /** JSON Schema of its settings: an object. Defaults of properties that are not required are filled in. */
  readonly schema: ObjectSchema;
  /** Names of the settings that are secret: sealed at rest, never shown. */
  readonly secrets: readonly string[];
  /** Opens a source of the type by settings that fit the schema. It connects when it is asked for something, not before. */
  open(settings: Readonly<Record<string, unknown>>): ExternConnection;
}

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** An open source. What it throws ends the call; the operator finds its message by the error's ID, callers are not told it. */
export interface ExternConnection {
  /** Zone in which its times without zone are meant; absent: Asia/Shanghai. */
  readonly timeZone?: string;
  /** Proves that the source can be used; what it throws is told to the operator who adds it. */
  probe(signal: AbortSignal): Promise<{ readonly about: Readonly<Record<string, string>>; readonly warnings?: readonly string[] }>;
  describeTables(signal: AbortSignal): Promise<readonly Table[]>;
  /**
   * Rows of a table in batches of at most 10,000 rows and 16 million characters. Lingqu checks every row and applies
   * conditions, order, page and masks; it stops reading when it has enough, and aborts the signal.
   */
  scan(request: ScanRequest, signal: AbortSignal): AsyncIterable<readonly Row[]>;
  /** Whether the rows of this scan come in the order of the request; absent: never, and Lingqu sorts them, within bounds. */
  ordered?(request: ScanRequest): boolean;
  close?(): Promise<void> | void;
}

export interface Table {
  readonly schema?: string;
  readonly name: string;
  readonly comment?: string;
  readonly columns: readonly Column[];
  /** Columns that are unique together and never NULL; absent: whoever describes the resource must name them. */
  readonly key?: readonly string[];
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** The source's own name of the type. `real` is a float of single precision. */
  readonly native?: string;
  /** Absent: it is. */
  readonly nullable?: boolean;
  readonly comment?: string;
  /** The source is given it, as a parameter of an operation, and never returns it; not nullable: it must be given. */
  readonly input?: boolean;
}

export type ColumnType = 'text' | 'integer' | 'bigint' | 'decimal' | 'float' | 'boolean' | 'date' | 'time' | 'timestamp' | 'timestamptz' | 'binary' | 'json' | 'uuid' | 'geometry' | 'other';

/**
 * A row: the value of each wanted column in its canonical text, null for NULL. A text that is not what its column is
 * declared to be ends the call.
 *
 * | type | canonical text |
 * |---|---|
 * | text, other | as it is, well-formed Unicode |
 * | integer, bigint | decimal digits without leading zeros, `-` before them; within 32 and 64 bits |
 * | decimal | decimal digits, all of them, no exponent; also `NaN`, `Infinity`, `-Infinity` |
 * | float | a decimal that reads back as the same number, an exponent allowed; also `NaN`, `Infinity`, `-Infinity` |
 * | boolean | `true`, `false` |
 * | date | `YYYY-MM-DD`, years 0001 to 9999; also `infinity`, `-infinity` |
 * | time | `HH:MM:SS`, with up to six digits of a fraction |
 * | timestamp | `YYYY-MM-DD HH:MM:SS`, fraction as above, in the source's zone; also `infinity`, `-infinity` |
 * | timestamptz | `YYYY-MM-DDTHH:MM:SSZ`, fraction before the `Z`, in UTC; also `infinity`, `-infinity` |
 * | binary | Base64, padded, without line breaks |
 * | json | JSON text |
 * | uuid | lower case, with hyphens |
 * | geometry | GeoJSON (RFC 7946): an object of `type` and `coordinates`, or a collection of such |
 */
export type Row = readonly (string | null)[];

export interface ScanRequest {
  readonly table: { readonly schema: string; readonly name: string };
  /** The wanted columns, each once: a row has their values in this order. */
  readonly columns: readonly string[];
  /** Values of the table's inputs. */
  readonly inputs: Readonly<Record<string, Literal>>;
  /** What every wanted row fulfils. The source may leave out rows that do not, or take no notice: all rows are checked. */
  readonly where: readonly Condition[];
  /** The order of the answer, for sources that can keep it: NULL after every value, text by code point. */
  readonly order: readonly { readonly column: string; readonly direction: 'asc' | 'desc' }[];
}

/** A typed value; text as in rows, but for a `timestamp`, which is an instant like a `timestamptz`. */
export interface Literal {
  readonly type: ColumnType;
  readonly text: string;
}

/** NULL fulfils none but `null`. Text compares by code point; `contains` has no wildcards; edges of a box are inside, and west > east crosses the antimeridian. */
export type Condition =
  | { readonly op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'; readonly column: string; readonly value: Literal }
  | { readonly op: 'in'; readonly column: string; readonly values: readonly Literal[] }
  | { readonly op: 'contains'; readonly column: string; readonly text: string }
  | { readonly op: 'null'; readonly column: string }
  | { readonly op: 'box'; readonly lon: string; readonly lat: string; readonly west: number; readonly south: number; readonly east: number; readonly north: number }
  /** An area, as the sides of its polygons; a scanner that cannot use it leaves it to the node. */
  | { readonly op: 'within'; readonly lon: string; readonly lat: string; readonly edges: readonly { readonly polygon: number; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number }[] }
  /** An area in GeoJSON, of which no part of the geometry lies outside. */
  | { readonly op: 'covered'; readonly column: string; readonly area: { readonly type: 'Polygon' | 'MultiPolygon'; readonly coordinates: readonly unknown[] } };
