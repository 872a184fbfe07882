import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { changeGrant, createGrant, getGrant, GrantTerms, listGrants, moveGrant, unknownGrant, warningsOfGrant, type Grant, type GrantState } from '../../modules/grants/index.ts';
import { allow, ownerFilter } from '../../modules/identity/index.ts';
import { Policy } from '../../modules/policy/index.ts';
import { getProduct } from '../../modules/products/index.ts';
import type { App, Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { narrowing, subjectOf } from './finding.ts';
import { operate } from './operate.ts';
import { afterIdOf, PageOf, pageOf, pageQuery } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { answers, created, GrantStateView, IfMatch, Instant, isoOf, OptionalInstant, Reference } from './schemas.ts';

const GrantView = Type.Object(
  {
    id: Type.String(),
    subjectId: Type.String(),
    subjectName: Type.String(),
    productId: Type.String(),
    productCode: Type.String(),
    policy: Type.Unsafe<Policy>({ ...Policy, $id: 'Policy' }),
    validFrom: OptionalInstant,
    validTo: OptionalInstant,
    state: GrantStateView,
    version: Type.Integer(),
    createdAt: Instant,
    updatedAt: Instant,
  },
  { $id: 'Grant' },
);

/** Told to whoever writes a grant, not to its holder. */
const WrittenGrant = Type.Object({ ...GrantView.properties, warnings: Type.Array(Type.String(), { description: '已接受但授权方应知晓的事项' }) }, { $id: 'WrittenGrant' });

const Params = Type.Object({ id: Reference });
const tags = ['grants'];

function viewOf(grant: Grant): Static<typeof GrantView> {
  const { subjectOwnerId: _owner, providerId: _provider, ...rest } = grant;
  return { ...rest, validFrom: isoOf(grant.validFrom), validTo: isoOf(grant.validTo), createdAt: grant.createdAt.toISOString(), updatedAt: grant.updatedAt.toISOString() };
}

const aboutGrant = ({ id, subjectId, productId, productCode }: Grant) => ({ grantId: id, subjectId, productId, productCode });

/** Grants: the one right of a subject to a product (NDI 6.3.4). */
export const grantRoutes: Routes = (parts) => async (app) => {
  readRoutes(app, parts);
  changeRoutes(app, parts);
  moveRoutes(app, parts);
};

/** A provider sees the grants of his products, a consumer those of his subjects; another's is answered like a missing one. */
async function visibleGrant({ database }: ManagementParts, request: FastifyRequest, id: string): Promise<Grant> {
  const reach = allow(request.actor, 'grants.read');
  const grant = await getGrant(database, id);
  if (reach === 'own' && ![grant.subjectOwnerId, grant.providerId].includes(request.actor.id)) throw unknownGrant(id);
  return grant;
}

function readRoutes(app: App, parts: ManagementParts): void {
  const { database } = parts;
  const ListQuery = Type.Object({ ...pageQuery, subject: Type.Optional(Reference), product: Type.Optional(Reference), state: Type.Optional(GrantStateView) }, { additionalProperties: false });
  app.get('/grants', { schema: { operationId: 'listGrants', tags, querystring: ListQuery, response: answers(PageOf(GrantView)) } }, async (request) => {
    const { cursor, limit, subject, product, state } = request.query;
    const reach = allow(request.actor, 'grants.read');
    const ownerId = ownerFilter(request.actor, 'grants.read');
    const subjectId = await narrowing(reach, subject === undefined ? undefined : subjectOf(database, subject));
    const productId = await narrowing(reach, product === undefined ? undefined : getProduct(database, product));
    const rows = await listGrants(database, { after: afterIdOf(cursor), limit: limit + 1, ownerId, subjectId, productId, state });
    const page = pageOf(rows, limit, ({ id }) => id);
    return { ...page, items: page.items.map(viewOf) };
  });
  app.get('/grants/:id', { schema: { operationId: 'getGrant', tags, params: Params, response: answers(GrantView) } }, async (request, reply) =>
    withVersion(reply, viewOf(await visibleGrant(parts, request, request.params.id))),
  );
}

function changeRoutes(app: App, parts: ManagementParts): void {
  const written = async (grant: Grant) => ({ ...viewOf(grant), warnings: [...(await warningsOfGrant(parts.database, grant))] });
  const Input = Type.Object({ subject: Reference, product: Reference, terms: Type.Optional(GrantTerms) }, { additionalProperties: false });
  app.post('/grants', { schema: { operationId: 'createGrant', tags, body: Input, response: created(WrittenGrant) } }, async (request, reply) => {
    allow(request.actor, 'grants.write');
    const { subject, product, terms } = request.body;
    const { id: subjectId } = await subjectOf(parts.database, subject);
    const grant = await operate(parts, request, 'grant.create', (tx) => createGrant(tx, { subjectId, product, terms }), aboutGrant);
    return withVersion(reply.code(201), await written(grant));
  });
  app.put('/grants/:id', { schema: { operationId: 'changeGrant', tags, params: Params, headers: IfMatch, body: GrantTerms, response: answers(WrittenGrant) } }, async (request, reply) => {
    allow(request.actor, 'grants.write');
    const version = expectedVersion(request);
    const grant = await operate(parts, request, 'grant.change', (tx) => changeGrant(tx, request.params.id, request.body, version), aboutGrant);
    return withVersion(reply, await written(grant));
  });
}

/** No If-Match: whoever revokes means the grant, whatever its terms have become. A state that does not follow is refused. */
function moveRoutes(app: App, parts: ManagementParts): void {
  const move = (verb: string, state: GrantState, summary: string): void => {
    app.post(`/grants/:id/${verb}`, { schema: { operationId: `${verb}Grant`, tags, summary, params: Params, response: answers(GrantView) } }, async (request, reply) => {
      allow(request.actor, 'grants.write');
      const grant = await operate(parts, request, `grant.${verb}`, (tx) => moveGrant(tx, request.params.id, state), aboutGrant);
      return withVersion(reply, viewOf(grant));
    });
  };
  move('suspend', 'suspended', '暂停授权，可恢复');
  move('resume', 'active', '恢复已暂停的授权');
  move('revoke', 'revoked', '撤销授权，不可恢复；正在进行的传输 2 秒内中止');
}
