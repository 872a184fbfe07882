import { DateTime } from 'luxon';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { displayZone } from '../../kernel/clock.ts';
import { allow, subjectIdsOf, subjectNames, type Actor } from '../../modules/identity/index.ts';
import { usage, type UsageKey } from '../../modules/journal/index.ts';
import { codesOf, getProduct, productIdsOf } from '../../modules/products/index.ts';
import type { Queryable } from '../../storage/database.ts';
import type { Routes } from './app.ts';
import { narrowing, subjectOf } from './finding.ts';
import { afterOf, PageOf, pageOf, pageQuery, wrongCursor } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { answers, Reference } from './schemas.ts';

const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: '日期 yyyy-MM-dd，Asia/Shanghai (a day yyyy-MM-dd)' });
const Query = Type.Object({ from: Type.Optional(Day), to: Type.Optional(Day), product: Type.Optional(Reference), subject: Type.Optional(Reference), ...pageQuery }, { additionalProperties: false });

const results = ['allowed', 'denied', 'failed', 'cut'] as const;
const UsageView = Type.Object(
  {
    day: Type.String(),
    productId: Type.String(),
    productCode: Type.String(),
    subjectId: Type.String(),
    subjectName: Type.String(),
    result: Type.Enum(results),
    calls: Type.Integer(),
    rows: Type.Integer(),
    bytes: Type.Integer(),
    withinTarget: Type.Integer({ description: '首字节 5 秒内送出的次数 (GOV-time)' }),
  },
  { $id: 'UsageSum' },
);
type UsageView = Static<typeof UsageView>;

/** Sums per product, subject and day that equal the journal; without days the last 30. */
export const usageRoutes: Routes = (parts) => async (app) => {
  app.get('/usage', { schema: { operationId: 'getUsage', tags: ['journal'], summary: '按日、产品、使用方、结果汇总的调用量', querystring: Query, response: answers(PageOf(UsageView)) } }, async (request) => usageOf(parts, request, request.query));
};

async function usageOf(parts: ManagementParts, request: FastifyRequest, { cursor, limit, ...asked }: Static<typeof Query>): Promise<{ items: UsageView[]; next: string | null }> {
  const reach = allow(request.actor, 'usage.read');
  const { database, clock } = parts;
  const today = DateTime.fromJSDate(clock.now(), { zone: displayZone });
  const to = asked.to ?? today.toISODate() ?? '';
  const from = asked.from ?? DateTime.fromISO(to).minus({ days: 29 }).toISODate() ?? '';
  const productId = await narrowing(reach, asked.product === undefined ? undefined : getProduct(database, asked.product));
  const subjectId = await narrowing(reach, asked.subject === undefined ? undefined : subjectOf(database, asked.subject));
  const among = reach === 'all' ? undefined : await ownOf(database, request.actor);
  const { items, next } = pageOf(await usage(database, { from, to, productId, subjectId, among }, { after: keyOf(cursor), limit: limit + 1 }), limit, keyText);
  const [codes, names] = await Promise.all([codesOf(database, items.map((sum) => sum.productId)), subjectNames(database, items.map((sum) => sum.subjectId))]);
  return { items: items.map((sum) => ({ ...sum, productCode: codes.get(sum.productId) ?? '', subjectName: names.get(sum.subjectId) ?? '' })), next };
}

/** A provider sees his products' usage, a consumer his subjects'. */
async function ownOf(database: Queryable, { id }: Actor): Promise<{ products: string[]; subjects: string[] }> {
  const [products, subjects] = await Promise.all([productIdsOf(database, id), subjectIdsOf(database, id)]);
  return { products, subjects };
}

const keyText = ({ day, productId, subjectId, result }: UsageKey): string => [day, productId, subjectId, result].join(' ');

function keyOf(cursor: string | undefined): UsageKey | undefined {
  const after = afterOf(cursor);
  if (after === '') return undefined;
  const [day = '', productId = '', subjectId = '', word] = after.split(' ');
  const result = results.find((each) => each === word);
  if (result === undefined || !DateTime.fromFormat(day, 'yyyy-MM-dd').isValid) throw wrongCursor();
  return { day, productId, subjectId, result };
}
