import type pg from 'pg';
import { utf8Of } from '../kernel/utf8.ts';
import type { Cell } from './database.ts';

const QUERY = 'Q'.charCodeAt(0);
const COPY_DATA = 'd'.charCodeAt(0);
const COPY_DONE = 'c'.charCodeAt(0);
const HEAD = 5; // the type of a message and its length, which counts itself and not the type

/**
 * COPY … FROM STDIN in one write: the statement, its rows and their end go out together, without waiting for the
 * server's CopyInResponse. The protocol allows it (a server that refused the statement ignores rows and end), and a
 * small batch, as the journal has them every few milliseconds, costs half the CPU of the usual exchange.
 */
export function copyIn(client: pg.ClientBase, sql: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  let text = '';
  for (const row of rows) {
    let separator = '';
    for (const cell of row) {
      text += separator + copyCell(cell);
      separator = '\t';
    }
    text += '\n';
  }
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(messages(sql, text), (error) => (error === undefined ? resolve() : reject(error))));
  });
}

/** What node-postgres asks of a query that speaks for itself. */
class CopyIn {
  readonly #messages: Buffer;
  readonly #done: (error: Error | undefined) => void;

  constructor(bytes: Buffer, done: (error: Error | undefined) => void) {
    this.#messages = bytes;
    this.#done = done;
  }

  submit(connection: pg.Connection): void {
    connection.stream.write(this.#messages);
  }

  callback(): void {}
  handleCopyInResponse(): void {}
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    this.#done(undefined);
  }
  handleError(error: Error): void {
    this.#done(error);
  }
}

function messages(sql: string, text: string): Buffer {
  const [statement, rows] = [Buffer.from(`${sql}\0`), utf8Of(text)];
  const bytes = Buffer.allocUnsafe(HEAD + statement.length + HEAD + rows.length + HEAD);
  const head = (type: number, length: number, at: number): number => bytes.writeUInt32BE(length + 4, bytes.writeUInt8(type, at));
  let at = head(QUERY, statement.length, 0);
  at += statement.copy(bytes, at);
  at = head(COPY_DATA, rows.length, at);
  at += rows.copy(bytes, at);
  head(COPY_DONE, 0, at);
  return bytes;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const special = /[\\\t\n\r]/;

/** Most cells need no escape, and testing costs less than replacing nothing. */
function copyCell(cell: Cell): string {
  if (cell === null) return '\\N';
  return special.test(cell) ? cell.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character) : cell;
}
