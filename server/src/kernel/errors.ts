/**
 * The closed set of kinds of failure. It is drawn from the code tables of all four documents at once
 * (NDI table D.1, SEA tables 1-3, AGR table C2, GOV), so that every profile can map each kind to its own code.
 * A profile's table is typed `Record<ErrorKind, …>`: a kind added here fails its compilation until it is mapped.
 */
export const errorKinds = [
  // the request
  'malformed-request', // NDI 11003: cannot be parsed at all
  'invalid-parameter', // NDI 11003: parsed, but a value is wrong
  'parameter-too-long', // NDI 11004
  'missing-parameter', // NDI 11005
  'unknown-parameter',
  'too-large', // body or header over its bound
  'unsupported-media-type',
  'not-acceptable',
  'method-not-allowed',
  // the caller
  'unauthenticated', // NDI 12001, AGR 401: unknown, disabled and missing credentials alike
  'credential-expired', // NDI 12002
  'grant-expired', // NDI 12002: outside the grant's period
  'not-granted', // NDI 13003: no grant in force
  'address-not-allowed', // NDI 12003
  'denied-by-policy', // NDI 13001
  'forbidden', // a role may not do this (management)
  'locked', // log-in locked after failures
  // the product
  'unknown-product', // NDI 13002
  'product-unavailable', // NDI 12005: withdrawn or not yet published
  'result-too-large', // decision 33: beyond the cap, page it
  'page-too-deep',
  // quotas
  'quota-product', // NDI 12006
  'quota-grant', // NDI 12007
  'quota-daily', // NDI 12008
  'quota-rate', // per minute or hour
  'concurrency', // NDI 12010
  // the inside
  'busy', // NDI 12010
  'timeout', // GOV-time
  'source-unavailable', // NDI 12005
  'source-changed', // a column or table vanished
  'interrupted', // NDI 13006
  'internal', // NDI 13000
  // management
  'not-found',
  'conflict',
  'in-use',
  'precondition-failed',
  'precondition-required',
  'unenforceable-policy', // decision 10
  'invalid-definition',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** What a failure says of itself, for whoever may know the inside: never for callers. A name with several addresses fails by all of them. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}

/** What a caller may be told: short values only, never the inside. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/**
 * The one error that the core throws. `code` is a stable name in dots (`product.code.rule`), `message` is for the
 * caller and says what is wrong and how to mend it; `cause` is for the operator and never leaves the node.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, code: string, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Wraps whatever was thrown, so that nothing but a DomainError reaches a face. */
export function asDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  return new DomainError('internal', 'internal', '节点内部错误，请将错误编号告知管理员 (internal error; give the error ID to the operator)', {
    cause: thrown,
  });
}
