import type { FieldType } from '../modules/policy/index.ts';
import type { RowShape, WireForm } from '../modules/resources/index.ts';

/** The faces whose values are fixed by decision 32; one column of `spec/wire-values.yaml` each. */
export const faces = ['sea', 'gov-json', 'gov-xml', 'gov-csv', 'gov-soap', 'agr'] as const;
export type Face = (typeof faces)[number];

/** How a face writes NULL: the token `null`, no element at all, an empty cell (an empty text is then `""`), or an element with `xsi:nil`. */
export type NullForm = 'null' | 'absent' | 'empty' | 'nil';

/**
 * How a face writes values. Whoever reads a source turns each value into its form; a codec only frames and escapes it.
 * Each form has one JSON token (where an answer is JSON) and one cell (the text that XML, CSV and the like carry);
 * `spec/wire-values.yaml` spells both out with examples.
 */
export interface FaceForms {
  /** The media type without parameters. */
  readonly mediaType: string;
  /** What the face takes from a source: finished JSON, or cells. */
  readonly reads: RowShape;
  readonly null: NullForm;
  readonly types: Readonly<Record<FieldType, WireForm>>;
}

type FormTable = Readonly<Record<FieldType, WireForm>>;

const gov: FormTable = {
  varchar: 'text',
  int: 'number',
  bigint: 'number',
  numeric: 'number',
  double: 'number',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp: 'datetime-iso',
  binary: 'base64',
  json: 'json',
};
/** SEA's printed timestamps have no zone (decision 25); what AGR seals is written as SEA writes it. */
const sea: FormTable = { ...gov, timestamp: 'datetime-space' };
/** The table of decision 32; a test proves it equal to `spec/wire-values.yaml`. */
export const wireTable: Readonly<Record<Face, FaceForms>> = {
  sea: { mediaType: 'application/json', reads: 'json', null: 'null', types: sea },
  'gov-json': { mediaType: 'application/json', reads: 'json', null: 'null', types: gov },
  'gov-xml': { mediaType: 'application/xml', reads: 'cells', null: 'absent', types: gov },
  'gov-csv': { mediaType: 'text/csv', reads: 'cells', null: 'empty', types: gov },
  agr: { mediaType: 'application/json', reads: 'json', null: 'null', types: sea },
  'gov-soap': { mediaType: 'text/xml', reads: 'cells', null: 'nil', types: gov },
};
