import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { DomainError } from '../../kernel/errors.ts';
import { UNFIT_LISTED, unfitGrants, type UnfitGrants } from '../../modules/grants/index.ts';
import { allow, allowOwned, ownerFilter } from '../../modules/identity/index.ts';
import { assertPublishable, changeProduct, createProduct, findLiveProduct, listProducts, ProductCode, ProductDefinition, publishProduct, removeProduct, serviceClasses, withdrawProduct, type Product } from '../../modules/products/index.ts';
import { announceProduct } from '../../modules/webhooks/index.ts';
import type { Transaction } from '../../storage/database.ts';
import { getResource, unknownResource } from '../../modules/resources/index.ts';
import type { App, Routes } from './app.ts';
import { expectedVersion, withVersion } from './etag.ts';
import { ownedProduct } from './finding.ts';
import { operate } from './operate.ts';
import { afterOf, PageOf, pageOf, pageQuery } from './paging.ts';
import type { ManagementParts } from './parts.ts';
import { answers, created, GrantStateView, IfMatch, Instant, nothing, ownerOf, Reference } from './schemas.ts';

const State = Type.Enum(['draft', 'published', 'withdrawn'], { $id: 'ProductState' });
const Version = Type.Union([Type.Integer(), Type.Null()]);

const summaryProperties = {
  id: Type.String(),
  code: Type.String(),
  state: State,
  name: Type.String(),
  serviceClass: Type.Enum(serviceClasses),
  resource: Type.String(),
  liveVersion: Version,
  draftVersion: Type.Integer({ description: '最新版本；大于 liveVersion 时有待发布的修改' }),
  providerId: Type.Union([Type.String(), Type.Null()]),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
};
const ProductSummary = Type.Object(summaryProperties, { $id: 'ProductSummary' });
const Faces = Type.Object({ sea: Type.String(), gov: Type.String(), agr: Type.String(), openapi: Type.String() }, { $id: 'Faces', description: '各标准接口的地址' });
const ProductView = Type.Object({ ...summaryProperties, definition: ProductDefinition, faces: Type.Union([Faces, Type.Null()]) }, { $id: 'Product' });

const UnfitGrantsView = Type.Object(
  {
    count: Type.Integer(),
    items: Type.Array(
      Type.Object({
        id: Type.String(),
        subjectName: Type.String(),
        state: GrantStateView,
        denied: Type.Boolean({ description: '该授权下的调用一律被拒绝；否则授权仍有效' }),
        reasons: Type.Array(Type.String()),
      }),
      { description: `至多列出 ${UNFIT_LISTED} 项` },
    ),
  },
  { $id: 'UnfitGrants', description: '条款不再适合该版本的授权' },
);
const PublishedView = Type.Object({ ...ProductView.properties, unfitGrants: UnfitGrantsView }, { $id: 'PublishedProduct' });
const CheckView = Type.Object({ unfitGrants: UnfitGrantsView }, { $id: 'ProductCheck' });

const viewUnfit = ({ count, items }: UnfitGrants): Static<typeof UnfitGrantsView> => ({ count, items: items.map((each) => ({ ...each, reasons: [...each.reasons] })) });

const Params = Type.Object({ product: Reference });
const tags = ['products'];

/** Products: a resource packaged to be shared, in versions (NDI 6.3.2 b, GOV-name, GOV-code). */
export const productRoutes: Routes = (parts) => async (app) => {
  readRoutes(app, parts);
  changeRoutes(app, parts);
  lifeRoutes(app, parts);
};

function summaryOf(product: Product): Static<typeof ProductSummary> {
  const { id, code, state, liveVersion, draftVersion, providerId, version, definition } = product;
  const { name, serviceClass, resource } = definition;
  return { id, code, state, name, serviceClass, resource, liveVersion, draftVersion, providerId, version, createdAt: product.createdAt.toISOString(), updatedAt: product.updatedAt.toISOString() };
}

const viewOf = (product: Product, parts: ManagementParts): Static<typeof ProductView> => ({ ...summaryOf(product), definition: product.definition, faces: facesOf(product, parts) });

/** Where callers find the product; null where none of its listeners is a listener of this node. */
function facesOf({ code, definition }: Product, { urls, dataListeners }: ManagementParts): Static<typeof Faces> | null {
  const listener = definition.listeners.find((name) => dataListeners.includes(name));
  const base = listener === undefined ? undefined : urls()[listener];
  return base === undefined ? null : { sea: `${base}/szsea/api/sharing/${code}`, gov: `${base}/gov/v1/${code}`, agr: `${base}/gxjh/servicePublis/interface/data?interfaceId=${code}`, openapi: `${base}/gov/v1/${code}/openapi.json` };
}

/** A provider packages his own resources, and names listeners that there are. */
async function assertUsable(parts: ManagementParts, request: FastifyRequest, { resource, listeners }: ProductDefinition): Promise<void> {
  const { ownerId } = await getResource(parts.database, resource);
  allowOwned(request.actor, 'products.write', ownerId, () => unknownResource(resource));
  const unknown = listeners.filter((name) => !parts.dataListeners.includes(name));
  if (unknown.length > 0) {
    throw new DomainError('invalid-definition', 'product.listener.unknown', `没有数据监听端口 ${unknown.join('、')}，可用：${parts.dataListeners.join('、')} (no such data listener)`, { details: { listeners: parts.dataListeners } });
  }
}

const aboutProduct = ({ id, code, draftVersion }: Product) => ({ productId: id, productCode: code, productVersion: draftVersion });

function readRoutes(app: App, parts: ManagementParts): void {
  const ListQuery = Type.Object({ ...pageQuery, state: Type.Optional(State) }, { additionalProperties: false });
  app.get('/products', { schema: { operationId: 'listProducts', tags, querystring: ListQuery, response: answers(PageOf(ProductSummary)) } }, async (request) => {
    const { cursor, limit, state } = request.query;
    const providerId = ownerFilter(request.actor, 'products.read');
    const page = pageOf(await listProducts(parts.database, { after: afterOf(cursor), limit: limit + 1, providerId, state }), limit, ({ code }) => code);
    return { ...page, items: page.items.map(summaryOf) };
  });
  const Which = Type.Object({ which: Type.Enum(['newest', 'live'], { default: 'newest', description: '最新版本，或调用方所用的版本' }) }, { additionalProperties: false });
  app.get('/products/:product', { schema: { operationId: 'getProduct', tags, params: Params, querystring: Which, response: answers(ProductView) } }, async (request, reply) => {
    const newest = await ownedProduct(parts, request, 'products.read', request.params.product);
    const product = request.query.which === 'newest' ? newest : await findLiveProduct(parts.database, newest.id);
    if (product === undefined) throw new DomainError('not-found', 'product.not-published', `产品 ${newest.code} 未发布 (the product is not published)`);
    return withVersion(reply, viewOf(product, parts));
  });
}

function changeRoutes(app: App, parts: ManagementParts): void {
  const Input = Type.Object({ code: Type.Optional(ProductCode), definition: ProductDefinition }, { additionalProperties: false });
  app.post('/products', { schema: { operationId: 'createProduct', tags, summary: '建立草稿；不给编码时由节点按规则编', body: Input, response: created(ProductView) } }, async (request, reply) => {
    allow(request.actor, 'products.write');
    await assertUsable(parts, request, request.body.definition);
    const product = await operate(parts, request, 'product.create', (tx) => createProduct(tx, request.body, ownerOf(request.actor)), aboutProduct);
    return withVersion(reply.code(201), viewOf(product, parts));
  });
  const Changes = Type.Object({ definition: ProductDefinition }, { additionalProperties: false });
  const summary = '修改草稿；已发布的产品另起新版本，发布前调用方仍用原版本';
  app.put('/products/:product', { schema: { operationId: 'changeProduct', tags, summary, params: Params, headers: IfMatch, body: Changes, response: answers(ProductView) } }, async (request, reply) => {
    const version = expectedVersion(request);
    const { id } = await ownedProduct(parts, request, 'products.write', request.params.product);
    await assertUsable(parts, request, request.body.definition);
    const product = await operate(parts, request, 'product.change', (tx) => changeProduct(tx, id, request.body.definition, version), aboutProduct);
    return withVersion(reply, viewOf(product, parts));
  });
}

/** Those who hold grants are told in the same transaction (GOV-provide). */
async function told(tx: Transaction, change: Promise<Product>, event: 'product.published' | 'product.withdrawn'): Promise<Product> {
  const product = await change;
  await announceProduct(tx, product.id, event);
  return product;
}

function lifeRoutes(app: App, parts: ManagementParts): void {
  const schema = { tags, params: Params, headers: IfMatch, response: answers(ProductView) };
  app.get('/products/:product/check', { schema: { tags, params: Params, operationId: 'checkProduct', summary: '最新版本能否发布，以及发布后哪些授权不再适合；不作任何修改', response: answers(CheckView) } }, async (request) => {
    const product = await ownedProduct(parts, request, 'products.publish', request.params.product);
    const unfit = await parts.database.transaction(async (tx) => {
      await assertPublishable(tx, parts.connections, product);
      return unfitGrants(tx, product);
    });
    return { unfitGrants: viewUnfit(unfit) };
  });
  const published = { ...schema, response: answers(PublishedView) };
  app.post('/products/:product/publish', { schema: { ...published, operationId: 'publishProduct', summary: '发布最新版本；逐条说明不符合的规则，并列出不再适合的授权' } }, async (request, reply) => {
    const version = expectedVersion(request);
    const { id } = await ownedProduct(parts, request, 'products.publish', request.params.product);
    const work = async (tx: Transaction) => {
      const product = await told(tx, publishProduct(tx, parts.connections, id, version), 'product.published');
      return { product, unfit: await unfitGrants(tx, product) };
    };
    const { product, unfit } = await operate(parts, request, 'product.publish', work, (done) => aboutProduct(done.product));
    return withVersion(reply, { ...viewOf(product, parts), unfitGrants: viewUnfit(unfit) });
  });
  app.post('/products/:product/withdraw', { schema: { ...schema, operationId: 'withdrawProduct', summary: '撤销发布，调用即被拒绝' } }, async (request, reply) => {
    const version = expectedVersion(request);
    const { id } = await ownedProduct(parts, request, 'products.publish', request.params.product);
    const product = await operate(parts, request, 'product.withdraw', (tx) => told(tx, withdrawProduct(tx, id, version), 'product.withdrawn'), aboutProduct);
    return withVersion(reply, viewOf(product, parts));
  });
  app.delete('/products/:product', { schema: { operationId: 'removeProduct', tags, params: Params, headers: IfMatch, response: nothing } }, async (request, reply) => {
    const version = expectedVersion(request);
    const product = await ownedProduct(parts, request, 'products.write', request.params.product);
    await operate(parts, request, 'product.remove', (tx) => removeProduct(tx, product.id, version), () => aboutProduct(product));
    return reply.code(204).send(null);
  });
}
