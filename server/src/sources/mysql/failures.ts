import { DomainError } from '../../kernel/errors.ts';
import { aborted, failure, meanings, type Meaning } from '../meanings.ts';

const { busy, changed, failed, forbidden, interrupted, silent, timeout, unavailable } = meanings;

/** By the server's error number; MariaDB's and MySQL's differ from 1900 on. */
const numbers: Readonly<Record<number, Meaning>> = {
  1054: changed, // unknown column
  1146: changed, // no such table
  1356: changed, // a view names what is no more
  1305: changed, // no such function: a view calls it
  1142: forbidden, // SELECT denied on a table
  1143: forbidden, // on a column
  1044: forbidden, // access to a database
  1045: unavailable, // the log-in is refused
  1049: unavailable, // no such database
  1053: unavailable, // the server is shutting down
  1077: unavailable,
  1040: busy, // too many connections
  1203: busy, // too many of this user's
  1226: busy, // its resources are used up
  1205: busy, // waited too long for a lock
  1461: busy, // too many prepared statements
  1317: interrupted, // KILL QUERY
  1927: interrupted, // KILL CONNECTION, MariaDB
  1213: interrupted, // deadlock
  1412: interrupted, // the table was altered while a snapshot was read
  1969: timeout, // max_statement_time, MariaDB
  3024: timeout, // max_execution_time, MySQL
};

interface ServerError extends Error {
  readonly errno: number;
}

/** The server said it, and not the network: its errors carry a number and an SQLSTATE. */
export const isServerError = (error: unknown): error is ServerError => error instanceof Error && 'sqlState' in error && 'errno' in error && typeof error.errno === 'number';

/** What a failure of the source means to the core; the cause stays with the operator. */
export function sourceFailure(error: unknown, signal?: AbortSignal): DomainError {
  if (signal?.aborted === true) return aborted(signal, error);
  if (error instanceof DomainError) return error;
  if (isServerError(error)) return failure(numbers[error.errno] ?? failed, error);
  if (error instanceof TypeError || error instanceof RangeError) return failure(failed, error); // ours, not the source's
  return failure(unavailable, error);
}

/** A connection that was given up while an answer of it was awaited: the server was silent for too long. */
export const givenUp = (): DomainError => failure(silent);

/** The server worked for too long before it had a first row. */
export const tookTooLong = (): DomainError => failure(timeout);

/** All connections were taken for too long. */
export const allTaken = (): DomainError => failure(busy);

/** A table that keeps no snapshot changed between being counted and being read. */
export const changedMeanwhile = (): DomainError => failure(interrupted, new Error('the stream had another number of rows than were counted: the table keeps no snapshot (not InnoDB?)'));

/** Never a NULL in the place of a value (decision 33 in the small). */
export const rowLost = (): DomainError =>
  new DomainError(
    'internal',
    'source.row-lost',
    '有一行数据无法输出，请将错误编号告知管理员 (a row cannot be written: give the error ID to the operator)',
    { cause: new Error('a value is larger than the server can put into its form: raise max_allowed_packet on the MySQL server, or leave the column out') },
  );
