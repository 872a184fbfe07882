import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { DomainError } from '../../kernel/errors.ts';
import { explainCall, type Explanation } from '../../modules/delivery/index.ts';
import { isAddress, quotaPeriods, quotaUnits, termNames } from '../../modules/policy/index.ts';
import type { Routes } from './app.ts';
import { holderOf, ownedProduct } from './finding.ts';
import type { ManagementParts } from './parts.ts';
import { answers, isoOf, OptionalInstant, Reference } from './schemas.ts';
import { beginOf, TimeText } from './times.ts';

/** Raw wire values by the product's parameter names. */
export const Parameters = Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 8192 }), { maxProperties: 100, description: '产品的查询参数' });

const Question = Type.Object(
  {
    subject: Reference,
    product: Reference,
    address: Type.Optional(Type.String({ maxLength: 50, description: '调用方地址；不给则不判断地址白名单' })),
    at: Type.Optional(Type.String({ ...TimeText, description: '设想的调用时间；不给则为现在' })),
    parameters: Type.Optional(Parameters),
    page: Type.Optional(Type.Object({ offset: Type.Integer({ minimum: 0 }), limit: Type.Integer({ minimum: 1 }) }, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

const Term = Type.Enum(['subject', 'credential', 'product', 'grant', ...termNames]);
const Holder = Type.Enum(['product', 'grant']);
const ExplanationView = Type.Object(
  {
    allowed: Type.Boolean(),
    term: Type.Union([Term, Type.Null()], { description: '首个拒绝的条款' }),
    code: Type.String(),
    message: Type.String(),
    grantId: Type.Union([Type.String(), Type.Null()]),
    terms: Type.Array(Type.Object({ term: Term, holder: Type.Enum(['node', 'product', 'grant', 'request']), verdict: Type.Enum(['pass', 'shape', 'deny']), note: Type.String() })),
    quotas: Type.Array(
      Type.Object({ holder: Holder, per: Type.Enum(quotaPeriods), unit: Type.Enum(quotaUnits), limit: Type.Integer(), leased: Type.Integer({ description: '各副本已领取' }), windowEnd: OptionalInstant }),
    ),
    concurrency: Type.Array(Type.Object({ holder: Holder, limit: Type.Integer(), running: Type.Integer() })),
  },
  { $id: 'Explanation' },
);

const viewOf = ({ grant, terms, quotas, concurrency, ...rest }: Explanation): Static<typeof ExplanationView> => ({
  ...rest,
  grantId: grant?.id ?? null,
  terms: [...terms],
  quotas: quotas.map((quota) => ({ ...quota, windowEnd: isoOf(quota.windowEnd) })),
  concurrency: [...concurrency],
});

/** What would be decided for a call, and by which term; nothing is called, counted or journalled. */
export const explainRoutes: Routes = (parts) => async (app) => {
  const summary = '说明一次调用将如何判定、由哪一条款判定；不发起调用，不占配额';
  app.post('/explain', { schema: { operationId: 'explain', tags: ['grants'], summary, body: Question, response: answers(ExplanationView) } }, async (request) => viewOf(await explained(parts, request, request.body)));
};

async function explained(parts: ManagementParts, request: FastifyRequest, question: Static<typeof Question>): Promise<Explanation> {
  const product = await ownedProduct(parts, request, 'grants.explain', question.product);
  const subject = await holderOf(parts, request, 'grants.explain', product, question.subject);
  const { address } = question;
  if (address !== undefined && !isAddress(address)) {
    throw new DomainError('invalid-parameter', 'explain.address', `address 应为 IPv4 或 IPv6 地址，实为 ${address} (address is neither IPv4 nor IPv6)`, { details: { parameter: 'address' } });
  }
  const { at, parameters = {}, page = null } = question;
  return explainCall(parts, { subject, product, address, at: at === undefined ? undefined : beginOf(at, 'at'), parameters, page });
}
