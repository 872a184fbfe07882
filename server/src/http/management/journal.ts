import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { csvRowsEncoder } from '../../codecs/csv.ts';
import { isId } from '../../kernel/ids.ts';
import { allow } from '../../modules/identity/index.ts';
import { exportJournal, queryJournal, subjectByName, type JournalFilter, type JournalRecord } from '../../modules/journal/index.ts';
import type { Queryable } from '../../storage/database.ts';
import type { Routes } from './app.ts';
import { subjectOf } from './finding.ts';
import { operate } from './operate.ts';
import { PageOf, pageQuery } from './paging.ts';
import { answers, Instant, OptionalInstant, problem, Reference } from './schemas.ts';
import { beginOf, endOf, TimeText } from './times.ts';

const text = Type.String();
/** What leaves as a stream. */
const Streamed = Type.Unsafe<Readable>({ type: 'string' });
const whole = Type.Integer();
const recordProperties = {
  at: Instant, writer: text, epoch: whole, sequence: whole,
  stream: Type.Enum(['business', 'operation', 'system']), phase: Type.Enum(['whole', 'intent', 'outcome']), event: text,
  requestId: text, traceId: text, actor: text, face: text, address: text,
  productId: text, productCode: text, productVersion: whole, subjectId: text, grantId: text, credentialId: text,
  result: text, reason: text, errorId: text, status: whole, rows: whole, bytes: whole, durationUs: whole, responseUs: whole,
  intentAt: OptionalInstant, intentEpoch: whole, intentSequence: whole, details: text, digest: text,
} as const satisfies Readonly<Record<keyof JournalRecord, unknown>>;
const RecordView = Type.Object(recordProperties, { $id: 'JournalRecord' });
const columns = Object.keys(recordProperties);

const filters = {
  from: Type.Optional(Type.String({ ...TimeText })),
  to: Type.Optional(Type.String({ ...TimeText, description: '不含此刻；以日给出时含当日' })),
  product: Type.Optional(Reference),
  subject: Type.Optional(Reference),
  result: Type.Optional(Type.Enum(['allowed', 'denied', 'failed', 'cut', 'done'])),
  requestId: Type.Optional(Type.String({ maxLength: 64 })),
  stream: Type.Optional(recordProperties.stream),
  actor: Type.Optional(Type.String({ maxLength: 200 })),
};
const Filters = Type.Object(filters);
const ListQuery = Type.Object({ ...filters, ...pageQuery }, { additionalProperties: false });
const ExportQuery = Type.Object({ ...filters, format: Type.Enum(['csv', 'ndjson'], { default: 'csv' }) }, { additionalProperties: false });

/** Products and subjects are asked for by their names, also those that are gone, or by their identifiers. */
async function filterOf(on: Queryable, { from, to, product, subject, ...rest }: Static<typeof Filters>): Promise<JournalFilter> {
  return {
    ...rest,
    from: from === undefined ? undefined : beginOf(from, 'from'),
    to: to === undefined ? undefined : endOf(to, 'to'),
    productId: product !== undefined && isId(product) ? product : undefined,
    productCode: product === undefined || isId(product) ? undefined : product,
    subjectId: subject === undefined || isId(subject) ? subject : await subjectIdOf(on, subject),
  };
}

/** Throws `identity.subject.unknown` for a name that no subject ever had. */
async function subjectIdOf(on: Queryable, name: string): Promise<string> {
  try {
    return (await subjectOf(on, name)).id;
  } catch (error) {
    const id = await subjectByName(on, name);
    if (id === undefined) throw error;
    return id;
  }
}

/** The journal: what happened, in order (NDI 6.2.5, GOV: logs can be queried and exported). */
export const journalRoutes: Routes = (parts) => async (app) => {
  app.get('/journal', { schema: { operationId: 'queryJournal', tags: ['journal'], summary: '日志，最新在前', querystring: ListQuery, response: answers(PageOf(RecordView)) } }, async (request) => {
    allow(request.actor, 'journal.read');
    const { cursor, limit, ...asked } = request.query;
    const { records, next } = await queryJournal(parts.database, await filterOf(parts.database, asked), { limit, cursor });
    return { items: [...records], next: next ?? null };
  });
  const response = { 200: { content: { 'text/csv': { schema: Streamed }, 'application/x-ndjson': { schema: Streamed } } }, default: problem };
  app.get('/journal/export', { schema: { operationId: 'exportJournal', tags: ['journal'], summary: '导出日志，最早在前', querystring: ExportQuery, response } }, async (request, reply) => {
    allow(request.actor, 'journal.export');
    const { format, ...asked } = request.query;
    const filter = await filterOf(parts.database, asked);
    await operate(parts, request, 'journal.export', async () => undefined, () => ({ details: JSON.stringify({ format, ...asked }) }));
    const pages = exportJournal(parts.database, filter);
    const body = Readable.from(format === 'csv' ? csvOf(pages) : ndjsonOf(pages), { objectMode: true, highWaterMark: 1 });
    body.once('error', (error) => logCut(request, error));
    return reply
      .type(format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson')
      .header('content-disposition', `attachment; filename="journal.${format}"`)
      .send(body);
  });
};

/** The connection is cut, so that what arrived cannot look whole. */
function logCut(request: FastifyRequest, error: Error): void {
  request.log.error({ err: error, requestId: request.id }, 'journal export cut');
}

async function* ndjsonOf(pages: AsyncIterable<readonly JournalRecord[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** For spreadsheet programs: callers may have put formulas into what the journal keeps of them. */
async function* csvOf(pages: AsyncIterable<readonly JournalRecord[]>): AsyncGenerator<string> {
  const encoder = csvRowsEncoder({ reader: 'people' });
  yield encoder.head(columns.map((name) => ({ name })));
  for await (const page of pages) {
    yield encoder.rows({ kind: 'cells', rows: page.map(cellsOf) });
  }
}

function cellsOf(record: JournalRecord): (string | null)[] {
  const values: Readonly<Record<string, string | number | null>> = { ...record };
  return columns.map((name) => values[name]?.toString() ?? null);
}
