import { DomainError } from '../../src/kernel/errors.ts';
import { residualReader, type Row, type RowScanner, type ScanRequest } from '../../src/modules/residual/index.ts';
import type { SourceConnection, TableDescription, TableName } from '../../src/modules/resources/index.ts';
import type { Harness } from './contract.ts';
import type { SampleTable } from './sample.ts';

/** A source that can hand over its rows and nothing else: cells of samples are canonical text but for binary, which is hex. */
export class MemoryScanner implements RowScanner {
  readonly timeZone: string;
  readonly tables = new Map<string, SampleTable>();
  readonly #batch: number;

  constructor(timeZone: string, batch = 700) {
    this.timeZone = timeZone;
    this.#batch = batch;
  }

  ordered(): boolean {
    return false;
  }

  async *scan({ table: { name }, columns }: ScanRequest): AsyncGenerator<Row[]> {
    const table = this.tables.get(name);
    if (table === undefined) throw new DomainError('source-changed', 'source.changed', 'the table vanished');
    const places = columns.map((column) => table.columns.findIndex((each) => each.name === column));
    for (let from = 0; from < table.rows.length; from += this.#batch) {
      const rows = table.rows.slice(from, from + this.#batch);
      yield rows.map((row) => places.map((place) => cellOf(row[place] as string | null, table.columns[place]?.type)));
    }
  }

  describe(): TableDescription[] {
    return [...this.tables.values()].map(({ name, comment, key, columns }) => ({
      schema: '', name, comment, key: [key],
      columns: columns.map((column) => ({ name: column.name, type: column.type, native: column.type, nullable: column.name !== key, comment: column.comment ?? '' })),
    }));
  }
}

const cellOf = (cell: string | null, type: string | undefined): string | null => (type === 'binary' && cell !== null ? Buffer.from(cell, 'hex').toString('base64') : cell);

/** A bench of the contract on the residual reader over rows in memory. */
export async function memoryHarness(): Promise<Harness> {
  const scanner = new MemoryScanner('Asia/Shanghai');
  const connection: SourceConnection = {
    ...residualReader(scanner),
    probe: async () => ({ about: {}, warnings: [] }),
    describeTables: async () => scanner.describe(),
    close: async () => {},
  };
  return {
    connection,
    streams: undefined,
    oddName: `t"; DROP TABLE 'x`,
    put: async (table): Promise<TableName> => {
      scanner.tables.set(table.name, table);
      return { schema: '', name: table.name };
    },
    drop: async ({ name }) => {
      scanner.tables.delete(name);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
