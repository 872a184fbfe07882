import { DomainError } from '../kernel/errors.ts';
import type { FieldType } from '../modules/policy/index.ts';
import type { RowBatch, RowShape } from '../modules/resources/index.ts';

/** What an encoder needs to know of a field. */
export interface EncodedField {
  /** The name on the wire. */
  readonly name: string;
  /** How it is printed, for a format that spells a type in its own way. */
  readonly type?: FieldType;
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
  readonly reads: RowShape;
  head(fields: readonly EncodedField[]): string;
  rows(batch: RowBatch): string;
  tail(summary: AnswerSummary): string;
}

/** @throws DomainError `internal`: a source and an encoder were put together that do not fit. */
export function expectBatch<K extends RowShape>(batch: RowBatch, kind: K): Extract<RowBatch, { kind: K }> {
  if (isOfKind(batch, kind)) return batch;
  throw new DomainError('internal', 'codec.batch', `编码器需要 ${kind} 批次 (the encoder takes batches of ${kind}, not ${batch.kind})`);
}

const isOfKind = <K extends RowShape>(batch: RowBatch, kind: K): batch is Extract<RowBatch, { kind: K }> => batch.kind === kind;

/** @throws DomainError `internal`: a row of another width would put values under wrong names. */
export function expectWidth(cells: readonly unknown[], width: number): void {
  if (cells.length !== width) throw new DomainError('internal', 'codec.width', `行宽不符 (a row has ${cells.length} cells for ${width} fields)`);
}
