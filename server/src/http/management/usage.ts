import { DateTime } from 'luxon';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { displayZone } from '../../kernel/clock.ts';
import { allow, subjectLabels } from '../../modules/identity/index.ts';
import { usage } from '../../modules/journal/index.ts';
import { getProduct, labelsOf } from '../../modules/products/index.ts';
import type { Routes } from './app.ts';
import { narrowing, subjectOf } from './finding.ts';
import { PageOf } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { answers, Reference } from './schemas.ts';

const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'yyyy-MM-dd，Asia/Shanghai' });
const Query = Type.Object({ from: Type.Optional(Day), to: Type.Optional(Day), product: Type.Optional(Reference), subject: Type.Optional(Reference) }, { additionalProperties: false });

const UsageView = Type.Object(
  {
    day: Type.String(),
    productId: Type.String(),
    productCode: Type.String(),
    subjectId: Type.String(),
    subjectName: Type.String(),
    result: Type.Enum(['allowed', 'denied', 'failed', 'cut']),
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
  app.get('/usage', { schema: { operationId: 'getUsage', tags: ['journal'], summary: '按日、产品、使用方、结果汇总的调用量', querystring: Query, response: answers(PageOf(UsageView)) } }, async (request) => ({
    items: await usageOf(parts, request, request.query),
    next: null,
  }));
};

async function usageOf(parts: ManagementParts, request: FastifyRequest, asked: Static<typeof Query>): Promise<UsageView[]> {
  const reach = allow(request.actor, 'usage.read');
  const { database, clock } = parts;
  const today = DateTime.fromJSDate(clock.now(), { zone: displayZone });
  const to = asked.to ?? today.toISODate() ?? '';
  const from = asked.from ?? DateTime.fromISO(to).minus({ days: 29 }).toISODate() ?? '';
  const productId = await narrowing(reach, asked.product === undefined ? undefined : getProduct(database, asked.product));
  const subjectId = await narrowing(reach, asked.subject === undefined ? undefined : subjectOf(database, asked.subject));
  const sums = await usage(database, { from, to, productId, subjectId });
  const [productLabels, subjects] = await Promise.all([labelsOf(database), subjectLabels(database)]);
  const productsById = new Map(productLabels.map((label) => [label.id, label]));
  const subjectsById = new Map(subjects.map((label) => [label.id, label]));
  return sums.flatMap((sum) => {
    const product = productsById.get(sum.productId);
    const subject = subjectsById.get(sum.subjectId);
    // a provider sees his products' usage, a consumer his subjects'
    if (reach === 'own' && product?.providerId !== request.actor.id && subject?.ownerId !== request.actor.id) return [];
    return [{ ...sum, productCode: product?.code ?? '', subjectName: subject?.name ?? '' }];
  });
}
