import { DomainError } from '../kernel/errors.ts';

/**
 * Some rows as a source hands them over, each value already in its form on the face (forms.ts). Codecs frame and
 * escape, they never convert: so the values of an answer are decided in one place, by the source.
 */
export type RowBatch =
  | {
      readonly kind: 'json';
      /** Rows in `text`, ≥ 0. */
      readonly count: number;
      /** JSON objects joined by commas, without the array's brackets; empty if there is no row. */
      readonly text: string;
    }
  | {
      readonly kind: 'cells';
      /** One array a row, one cell a field in the order of the fields; null is NULL. */
      readonly rows: readonly (readonly (string | null)[])[];
    };

/** What an encoder needs to know of a field. */
export interface EncodedField {
  /** The name on the wire. */
  readonly name: string;
}

export interface AnswerSummary {
  /** Rows written. */
  readonly rows: number;
  /** Rows there are in all, where it was asked and counted. */
  readonly total?: number;
}

/**
 * Frames rows for one format. Made anew for each answer; `head` is called once, then `rows` for each batch in order,
 * then `tail`. The three texts joined are the body. An encoder holds nothing that grows with the answer.
 */
export interface RowsEncoder {
  /** The value of Content-Type. */
  readonly contentType: string;
  /** The kind of batch that it takes; the other kind is an `internal` error. */
  readonly reads: RowBatch['kind'];
  head(fields: readonly EncodedField[]): string;
  rows(batch: RowBatch): string;
  tail(summary: AnswerSummary): string;
}

/** @throws DomainError `internal`: a source and an encoder were put together that do not fit. */
export function expectBatch<K extends RowBatch['kind']>(batch: RowBatch, kind: K): Extract<RowBatch, { kind: K }> {
  if (isOfKind(batch, kind)) return batch;
  throw new DomainError('internal', 'codec.batch', `编码器需要 ${kind} 批次 (the encoder takes batches of ${kind}, not ${batch.kind})`);
}

const isOfKind = <K extends RowBatch['kind']>(batch: RowBatch, kind: K): batch is Extract<RowBatch, { kind: K }> => batch.kind === kind;

/** @throws DomainError `internal`: a row of another width would put values under wrong names. */
export function expectWidth(cells: readonly unknown[], width: number): void {
  if (cells.length !== width) throw new DomainError('internal', 'codec.width', `行宽不符 (a row has ${cells.length} cells for ${width} fields)`);
}
