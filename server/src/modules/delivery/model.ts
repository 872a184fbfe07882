import type { ErrorKind } from '../../kernel/errors.ts';
import type { FoundCredential, Proof } from '../identity/index.ts';
import type { FieldType } from '../policy/index.ts';
import type { ProductDefinition } from '../products/index.ts';
import type { RowBatch, RowShape, WireForm } from '../resources/index.ts';

/** A call as a profile read it from its wire. */
export interface Call {
  readonly requestId: string;
  readonly traceId: string;
  /** The standard's face: `sea`, `gov`. */
  readonly face: string;
  /** Name of the listener it came in by. */
  readonly listener: string;
  /** The caller's address, after trusted proxies. */
  readonly address: string;
  readonly productCode: string;
  /** What it shows of who makes it. */
  readonly proof: Proof;
  /** Raw wire values by name, without the key and the profile's own parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly page: { readonly offset: number; readonly limit: number } | null;
  /** What the caller says of himself by a face's own fields, for the journal alone: it decides nothing. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Whether all fitting rows are to be counted. */
  readonly wantTotal: boolean;
  /** `performance.now()` when the call arrived. */
  readonly arrived: number;
  /** Aborted by the listener when the caller has gone, by the node when the right has; the reason says which. */
  readonly stop: AbortController;
}

/** A field as encoders see it. */
export interface AnswerField {
  readonly name: string;
  readonly type: FieldType;
}

export interface AnswerSummary {
  readonly rows: number;
  /** All fitting rows, where the call wanted them counted. */
  readonly total?: number;
}

/** Frames rows in one format; made anew for each answer. `head`, then `rows` a batch, then `tail`: together the body. */
export interface RowsEncoder {
  readonly contentType: string;
  readonly reads: RowShape;
  head(fields: readonly AnswerField[]): string;
  rows(batch: RowBatch): string;
  tail(summary: AnswerSummary): string;
}

/** How a profile wants the answer written. */
export interface Rendering {
  readonly forms: Readonly<Record<FieldType, WireForm>>;
  encoder(call: Pick<Call, 'page'>): RowsEncoder;
  /**
   * How this product's answers to this holder are sealed; absent: they leave as they were encoded. Asked once the right
   * is found and before anything is counted. Throws where the two do not allow it.
   */
  seal?(product: ProductDefinition, holder: FoundCredential): Sealing;
  /** Whether the face can hand over bytes as a source answers them; absent: relay products are refused. */
  readonly relays?: boolean;
  /** The HTTP status by which the profile's answer to a kind of error is journalled. */
  readonly status: (kind: ErrorKind) => number;
}

/** What is done to a body after it was counted and before it leaves: compression, encryption, an envelope around both. */
export interface Sealing {
  whole(body: Buffer): Promise<Buffer>;
  /** Gives nothing before it has taken the first piece, and throws what the pieces throw. */
  stream(pieces: AsyncIterable<string>): AsyncGenerator<string>;
}

/** An answer that is journalled and may be sent. A stream that throws must not look whole: cut the connection. */
export type Answer =
  | { readonly kind: 'whole'; readonly contentType: string; readonly body: Buffer; readonly rows: number }
  /** `length` is that of the body in bytes, where it is known. */
  | { readonly kind: 'stream'; readonly contentType: string; readonly body: AsyncIterable<string | Uint8Array>; readonly length?: number };

/** Bounds of a delivery. */
export interface DeliveryBounds {
  /** Milliseconds until the first byte at the latest (GOV-time, decision 24). */
  readonly deadlineMs: number;
  /** Answers without paging are whole up to this many rows, and stream beyond. */
  readonly wholeRows: number;
  /** Answers are whole up to this many bytes, and stream beyond. */
  readonly wholeBytes: number;
  /** What a source hands over as it is, is gathered up to this many bytes, and streams beyond. */
  readonly relayedBytes: number;
}

export const defaultBounds: DeliveryBounds = { deadlineMs: 15_000, wholeRows: 1000, wholeBytes: 4 * 1024 * 1024, relayedBytes: 64 * 1024 };
