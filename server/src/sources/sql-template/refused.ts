import { DomainError } from '../../kernel/errors.ts';

/** A query that its operator has to mend; the message says how. */
export const refusedQuery = (code: string, message: string, cause?: unknown): DomainError =>
  new DomainError('invalid-definition', code, message, cause === undefined ? {} : { cause });
