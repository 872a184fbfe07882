import pg from 'pg';
import { DomainError } from '../../kernel/errors.ts';
import { aborted, failure, meanings, type Meaning } from '../meanings.ts';

const { busy, changed, failed, forbidden, interrupted, timeout, unavailable } = meanings;

/** By SQLSTATE, then by its class (its first two characters). */
const states: Readonly<Record<string, Meaning>> = {
  '42703': changed, // undefined column
  '42P01': changed, // undefined table
  '3F000': changed, // undefined schema
  '42883': changed, // no such operator: a column has another type now
  '42804': changed, // datatype mismatch
  '42846': changed, // cannot coerce
  '42809': changed, // wrong object type
  '42501': forbidden,
  '57014': timeout,
  '25P03': interrupted, // idle in transaction for too long, by the source's own rule
  '25P04': interrupted,
  '40001': interrupted, // a standby's conflict with recovery
  '53': busy,
  '08': unavailable,
  '28': unavailable,
  '57': unavailable, // the server is shutting down or starting up
  '3D': unavailable,
};

/** What a failure of the source means to the core; the cause stays with the operator. */
export function sourceFailure(error: unknown, signal?: AbortSignal): DomainError {
  if (signal?.aborted === true) return aborted(signal, error);
  if (error instanceof DomainError) return error;
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    return failure(states[code] ?? states[code.slice(0, 2)] ?? failed, error);
  }
  if (error instanceof TypeError || error instanceof RangeError) return failure(failed, error); // ours, not the source's
  return failure(isPoolTimeout(error) ? busy : unavailable, error);
}

/** All connections were taken for too long; node-postgres has other words for a server that does not answer. */
const isPoolTimeout = (error: unknown): boolean => error instanceof Error && error.message.startsWith('timeout exceeded when trying to connect');

/** A connection that was given up while an answer of it was awaited: the server was silent for too long. */
export const givenUp = (): DomainError => failure(meanings.silent);
