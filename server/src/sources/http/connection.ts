import { DomainError } from '../../kernel/errors.ts';
import { residualReader, type RowScanner, type ScanRequest } from '../../modules/residual/index.ts';
import type { ColumnDescription, Probe, Reading, ReadPlan, ReadWish, RelayAnswer, RelayPlan, RowBatch, RowShape, RowStream, SourceConnection, TableDescription, TableReader } from '../../modules/resources/index.ts';
import type { OutboundRequest } from '../../outbound/index.ts';
import { relayOnly, unknownOperation } from './errors.ts';
import type { Answer, Input } from './operation-settings.ts';
import type { RequestMaker } from './request.ts';
import type { Accepts, Upstream } from './upstream.ts';

/** An operation ready to be called: what it looks like as a table, and how it is called. */
export interface ReadyOperation {
  readonly table: TableDescription;
  readonly request: RequestMaker;
  /** Reads its answers as rows; absent where they are not described. */
  readonly rows?: RowScanner;
}

/** What a health probe asks, and by which status it is well. */
export interface Health {
  readonly request: OutboundRequest;
  readonly accepts: Accepts;
}

const PROBE_MS = 15_000;

/** The operations of an upstream as tables: read as rows where their answers are described, or handed over as they are. */
export class OperationsConnection implements SourceConnection {
  readonly #upstream: Upstream;
  readonly #health: Health;
  readonly #operations: ReadonlyMap<string, ReadyOperation>;
  readonly #readers: ReadonlyMap<string, Required<TableReader>>;

  constructor(upstream: Upstream, health: Health, operations: readonly ReadyOperation[]) {
    this.#upstream = upstream;
    this.#health = health;
    this.#operations = new Map(operations.map((operation) => [operation.table.name, operation]));
    this.#readers = new Map(operations.flatMap(({ table, rows }) => (rows === undefined ? [] : [[table.name, residualReader(rows)] as const])));
  }

  async relay({ table, inputs }: RelayPlan, wholeBytes: number, signal: AbortSignal): Promise<RelayAnswer> {
    const operation = this.#operations.get(table.name);
    if (operation === undefined) throw unknownOperation(table.name);
    const { headers, length, body } = await this.#upstream.call(operation.request(inputs), wholeBytes, signal);
    return { contentType: safeType(headers['content-type']), length, body };
  }

  async readPage(plan: ReadPlan, shape: RowShape, maxBytes: number, signal: AbortSignal): Promise<RowBatch | undefined> {
    return this.#reader(plan).readPage(plan, shape, maxBytes, signal);
  }

  async openStream(plan: ReadPlan, shape: RowShape, signal: AbortSignal): Promise<RowStream> {
    return this.#reader(plan).openStream(plan, shape, signal);
  }

  async count(plan: ReadPlan, signal: AbortSignal): Promise<number> {
    return this.#reader(plan).count(plan, signal);
  }

  async read(plan: ReadPlan, wish: ReadWish, signal: AbortSignal): Promise<Reading> {
    return this.#reader(plan).read(plan, wish, signal);
  }

  async probe(): Promise<Probe> {
    const { request, accepts } = this.#health;
    const status = await this.#upstream.look(request, AbortSignal.timeout(PROBE_MS), accepts);
    return { about: { status: String(status), operations: String(this.#operations.size) }, warnings: this.#operations.size === 0 ? ['尚未描述任何操作 (no operation is described yet)'] : [] };
  }

  async describeTables(): Promise<readonly TableDescription[]> {
    return [...this.#operations.values()].map(({ table }) => table);
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }

  #reader({ table }: ReadPlan): Required<TableReader> {
    if (!this.#operations.has(table.name)) throw unknownOperation(table.name);
    const reader = this.#readers.get(table.name);
    if (reader === undefined) throw relayOnly(table.name);
    return reader;
  }
}

/** A media type that can stand in a header of ours; what is none is bytes. */
function safeType(type: string | undefined): string {
  return type !== undefined && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=("[\x20\x21\x23-\x5b\x5d-\x7e]*"|[\w!#$&^.+:-]+))*$/.test(type) && type.length <= 200 ? type : 'application/octet-stream';
}

/** What an operation looks like as a table: what it returns, and what it is given. Throws `upstream.operation`. */
export function tableOf(name: string, title: string, inputs: readonly Input[], answer: Answer | undefined): TableDescription {
  const outputs = (answer?.columns ?? []).map(({ name: column, type, comment }): ColumnDescription => ({ name: column, type, native: type, nullable: answer?.key.includes(column) !== true, comment }));
  const given = inputs.map(({ name: column, type, comment, required }): ColumnDescription => ({ name: column, type, native: type, nullable: !required, comment, input: true }));
  const columns = [...outputs, ...given];
  const names = columns.map((column) => column.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw new DomainError('invalid-definition', 'upstream.operation', `操作 ${name} 中 ${twice} 重复：输入与返回的列不可同名，上游名称可用 as、path 给出 (${twice} stands twice: inputs and columns have names of their own; the upstream's are given by "as" and "path")`);
  const unknown = (answer?.key ?? []).filter((column) => !outputs.some((output) => output.name === column));
  if (unknown.length > 0) throw new DomainError('invalid-definition', 'upstream.operation', `操作 ${name} 的唯一键中没有这些列：${unknown.join('、')} (the key names columns that are not there)`);
  return { schema: '', name, comment: title, columns, key: answer?.key ?? [] };
}

/** Scans an operation's answer; it comes in one piece and in the upstream's own order. */
export function scannerOf(upstream: Upstream, request: RequestMaker, read: (body: Buffer, contentType: string, columns: readonly string[]) => Iterable<(string | null)[]>, maxBytes: number, accepts?: Accepts): RowScanner {
  return {
    timeZone: 'UTC',
    ordered: () => false,
    async *scan({ inputs, columns }: ScanRequest, signal) {
      const { status, body, headers } = await upstream.fetch(request(inputs), maxBytes, signal, accepts);
      if (status === 204) return; // no content: no rows
      let batch: (string | null)[][] = [];
      for (const row of read(body, headers['content-type'] ?? '', columns)) {
        batch.push(row);
        if (batch.length < BATCH_ROWS) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
  };
}

const BATCH_ROWS = 500;
