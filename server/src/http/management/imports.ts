import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import Type, { type Static, type TArray } from 'typebox';
import { Check } from 'typebox/value';
import { asDomainError, DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { allow } from '../../modules/identity/index.ts';
import { hostedColumnTypes, type FileFormat, type HostedTable, type ImportColumn, type ImportOptions, type ImportReport } from '../../modules/resources/index.ts';
import type { App, Routes } from './app.ts';
import { operate } from './operate.ts';
import { afterOf, PageOf, pageOf, PageQuery } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { problemOf, type Problem } from './problems.ts';
import { answers, Instant, nothing, problem, Reference } from './schemas.ts';

const HostedTableView = Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    columns: Type.Array(Type.Object({ name: Type.String(), type: Type.Enum(hostedColumnTypes), comment: Type.String() })),
    rows: Type.Integer(),
    attribution: Type.String(),
    importedAt: Instant,
  },
  { $id: 'HostedTable' },
);
const BadRowView = Type.Object({
  row: Type.Integer({ description: '从 1 起，CSV 的表头为第 1 行' }),
  column: Type.String(),
  cell: Type.String({ description: 'XLSX 单元格地址，如 C12；CSV 为空' }),
  why: Type.String(),
});
const ReportView = Type.Object(
  {
    table: HostedTableView,
    format: Type.Enum(['csv', 'xlsx']),
    charset: Type.Optional(Type.Enum(['utf-8', 'gb18030'], { description: 'CSV' })),
    delimiter: Type.Optional(Type.String({ description: 'CSV' })),
    sheet: Type.Optional(Type.String({ description: 'XLSX 工作表' })),
    skipped: Type.Integer({ description: '跳过的行数' }),
    faults: Type.Integer({ description: '这些行中的错误数' }),
    badRows: Type.Array(BadRowView, { description: '前 100 处错误' }),
  },
  { $id: 'ImportReport' },
);
type ReportView = Static<typeof ReportView>;

const Columns = Type.Array(
  Type.Object({ name: Type.String(), type: Type.Optional(Type.Enum(hostedColumnTypes)), comment: Type.Optional(Type.String({ maxLength: 500 })) }, { additionalProperties: false }),
  { maxItems: 500 },
);
const Indexes = Type.Array(Type.Array(Type.String(), { minItems: 1, maxItems: 8 }), { maxItems: 20 });

const Query = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: '表名；已有的表被整体替换' }),
    title: Type.String({ maxLength: 200, default: '' }),
    attribution: Type.String({ maxLength: 1000, default: '' }),
    charset: Type.Optional(Type.Enum(['auto', 'utf-8', 'gb18030'], { description: '仅用于 CSV；默认 auto' })),
    delimiter: Type.Optional(Type.Enum(['auto', 'comma', 'semicolon', 'tab'], { description: '仅用于 CSV；默认 auto' })),
    sheet: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: '仅用于 XLSX：工作表的名称，或从 1 起的序号；默认为第一个未隐藏的工作表' })),
    columns: Type.Optional(Type.String({ maxLength: 12_000, description: 'JSON：[{name, type?, comment?}]；未声明的列由内容推断类型' })),
    indexes: Type.Optional(Type.String({ maxLength: 4000, description: 'JSON：[[列, …], …]，用于查询的列' })),
    skipBadRows: Type.Boolean({ default: false, description: '跳过有误的行并报告；否则一行有误即不导入' }),
  },
  { additionalProperties: false },
);

type Query = Static<typeof Query>;

const delimiters = { auto: 'auto', comma: ',', semicolon: ';', tab: '\t' } as const;
const mediaTypes = { csv: 'text/csv', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' } as const;
const MOST_BYTES = 4 * 2 ** 30;
/** A sender who is silent for so long has gone. */
const SILENCE_MS = 120_000;
const tags = ['imports'];

const tableView = (table: HostedTable): Static<typeof HostedTableView> => ({ ...table, columns: [...table.columns], importedAt: table.importedAt.toISOString() });
const reportView = ({ table, file, badRows, ...rest }: ImportReport): ReportView => ({ ...file, ...rest, table: tableView(table), badRows: [...badRows] });

/** Tables that the node keeps itself, made by importing files: those who may write every source may import. */
export const importRoutes: Routes = (parts) => async (app) => {
  app.removeAllContentTypeParsers(); // none that holds a body of this size in memory
  app.addContentTypeParser(Object.values(mediaTypes), (_request, payload, done) => done(null, payload));
  app.addContentTypeParser('*', (_request, _payload, done) => done(noFile()));
  listRoutes(app, parts);
  loadRoute(app, parts);
};

/** The tables have no owner: whoever may write only his own sources may not touch them. */
function allowImports(request: FastifyRequest, right: 'sources.read' | 'sources.write'): void {
  if (allow(request.actor, right) === 'own') throw new DomainError('forbidden', 'import.role', '导入数据表须由管理员进行 (only managers import tables)');
}

function listRoutes(app: App, parts: ManagementParts): void {
  app.get('/imports', { schema: { operationId: 'listImports', tags, querystring: PageQuery, response: answers(PageOf(HostedTableView)) } }, async (request) => {
    allowImports(request, 'sources.read');
    const { cursor, limit } = request.query;
    const page = pageOf(await parts.hosted.list({ after: afterOf(cursor), limit: limit + 1 }), limit, ({ name }) => name);
    return { ...page, items: page.items.map(tableView) };
  });
  app.delete('/imports/:name', { schema: { operationId: 'removeImport', tags, params: Type.Object({ name: Reference }), response: nothing } }, async (request, reply) => {
    allowImports(request, 'sources.write');
    const details = JSON.stringify({ table: request.params.name });
    await parts.hosted.remove(request.params.name);
    await operate(parts, request, 'import.remove', async () => undefined, () => ({ details }));
    return reply.code(204).send(null);
  });
}

function loadRoute(app: App, parts: ManagementParts): void {
  const summary = '导入 CSV 或 XLSX（由 Content-Type 区分，至多 4 GB）；Accept: application/x-ndjson 时逐行报告进度，末行为 report 或 problem';
  const fileOf = (type: string) => ({ schema: Type.Unsafe<Readable>({ type: 'string', contentMediaType: type }) });
  const File = { content: { [mediaTypes.csv]: fileOf(mediaTypes.csv), [mediaTypes.xlsx]: fileOf(mediaTypes.xlsx) } };
  const streamed = Type.Unsafe<Readable>({ type: 'string' });
  const response = { 200: { content: { 'application/json': { schema: ReportView }, 'application/x-ndjson': { schema: streamed } } }, default: problem };
  app.post('/imports', { bodyLimit: MOST_BYTES, config: { longBody: true }, schema: { operationId: 'importTable', tags, summary, querystring: Query, body: File, response } }, async (request, reply) => {
    allowImports(request, 'sources.write');
    const load = loader(parts, request, request.query, bodyOf(request));
    if (request.headers.accept?.includes('application/x-ndjson') !== true) return load(() => {});
    return reply.type('application/x-ndjson').send(Readable.from(progressOf(load, request)));
  });
}

function bodyOf(request: FastifyRequest): Readable {
  const { body } = request;
  if (!(body instanceof Readable)) throw noFile();
  endSilence(request.raw);
  return body;
}

const noFile = (): DomainError =>
  new DomainError('unsupported-media-type', 'import.media-type', `请以 Content-Type: ${mediaTypes.csv} 或 ${mediaTypes.xlsx} 提交文件内容 (send the file as CSV or XLSX)`);

function endSilence(sender: IncomingMessage): void {
  let seen = -1;
  const timer = setInterval(() => {
    if (!sender.complete && sender.socket.bytesRead === seen) sender.destroy();
    seen = sender.socket.bytesRead;
  }, SILENCE_MS);
  sender.once('close', () => clearInterval(timer));
}

type Load = (progress: ImportOptions['progress']) => Promise<ReportView>;

/** What the media type says the file is, with the options of that format; those of another are refused. */
function formatOf(request: FastifyRequest, { charset, delimiter, sheet }: Query): FileFormat {
  const isXlsx = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === mediaTypes.xlsx;
  const strange = Object.entries(isXlsx ? { charset, delimiter } : { sheet }).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (strange.length > 0) throw new DomainError('invalid-parameter', 'import.option', `参数 ${strange.join('、')} 不适用于此格式 (${strange.join(', ')}: not an option of this format)`, { details: { parameters: strange } });
  return isXlsx ? { format: 'xlsx', sheet: sheet ?? '' } : { format: 'csv', charset: charset ?? 'auto', delimiter: delimiters[delimiter ?? 'auto'] };
}

/** The load commits by itself, batch by batch: the journal has its begin and its end. */
function loader(parts: ManagementParts, request: FastifyRequest, query: Query, body: Readable): Load {
  const { name: table, title, attribution, skipBadRows } = query;
  const columns: readonly ImportColumn[] = readJson(query.columns, Columns, 'columns');
  const options = { table, title, attribution, skipBadRows, columns, file: formatOf(request, query), indexes: readJson(query.indexes, Indexes, 'indexes') };
  return async (progress) => {
    await operate(parts, request, 'import.begin', async () => undefined, () => ({ details: JSON.stringify({ table }) }));
    const report = await parts.imports.importTable(body, { ...options, progress });
    await operate(parts, request, 'import.load', async () => undefined, () => ({ rows: report.table.rows, details: JSON.stringify({ table, skipped: report.skipped }) }));
    return reportView(report);
  };
}

function readJson<S extends TArray>(text: string | undefined, schema: S, name: string): Static<S> {
  const value: unknown = text === undefined ? [] : parseJson(text);
  if (Check(schema, value)) return value;
  throw new DomainError('invalid-parameter', 'request.invalid', `参数 ${name} 应为 JSON，格式见接口说明 (${name} must be JSON of the documented form)`, { details: { parameter: name } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line for each step of the work, as far as the reader keeps up, and a last one with what came of it. */
async function* progressOf(load: Load, request: FastifyRequest): AsyncGenerator<string> {
  const told: { latest?: { readonly step: string; readonly rows: number } | undefined; ended: boolean } = { ended: false };
  let news = Promise.withResolvers<void>();
  const work = load((step, rows) => {
    told.latest = { step, rows };
    news.resolve();
  });
  const outcome = work.then((report) => ({ report }), (error: unknown) => ({ problem: problemFrom(error, request) })).finally(() => {
    told.ended = true;
    news.resolve();
  });
  while (!told.ended) {
    await news.promise;
    news = Promise.withResolvers<void>();
    if (told.latest !== undefined) yield `${JSON.stringify(told.latest)}\n`;
    told.latest = undefined;
  }
  yield `${JSON.stringify(await outcome)}\n`;
}

function problemFrom(thrown: unknown, request: FastifyRequest): Problem {
  const error = asDomainError(thrown);
  const errorId = newId();
  request.log.info({ errorId, code: error.code, requestId: request.id, err: error.cause }, 'import refused');
  return problemOf(error, errorId, request.id);
}
