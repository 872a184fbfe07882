import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { DomainError } from '../../kernel/errors.ts';
import { faultTexts } from '../../kernel/faults.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { checkShape } from '../policy/index.ts';
import { holdResource, type Resource, type SourceConnections } from '../resources/index.ts';
import { checkAgr } from './agr.ts';
import { ProductDefinition, type Product } from './model.ts';
import { checkPublishable } from './publishable.ts';
import { checkCode, checkName } from './rules.ts';
import { shapeOf } from './shape.ts';
import { deleteProductRow, findProduct, grantsOf, insertProduct, nextSequence, putVersion, setState, touchProduct } from './store.ts';

const schema = Compile(ProductDefinition);

/**
 * Fills defaults and checks everything that can be checked without a grant; throws `product.definition` and the rules'
 * own codes. The resource stays until the transaction ends.
 */
export async function checkDefinition(tx: Transaction, input: unknown): Promise<{ definition: ProductDefinition; resource: Resource }> {
  const definition = readDefinition(input);
  checkName(definition);
  checkAgr(definition);
  const resource = await holdResource(tx, definition.resource);
  checkShape(shapeOf(definition, resource));
  return { definition, resource };
}

function readDefinition(input: unknown): ProductDefinition {
  const definition = Default(ProductDefinition, structuredClone(input));
  if (schema.Check(definition)) return definition;
  const faults = faultTexts(schema.Errors(definition), 'definition', ProductDefinition);
  throw new DomainError('invalid-definition', 'product.definition', `产品定义有误：${faults.join('; ')} (the definition does not fit its schema)`, { details: { faults } });
}

/** Makes a draft. Without a code the node gives `s_<provider code>_<sequence>`. Throws `product.code.taken` beside what `checkDefinition` throws. */
export async function createProduct(tx: Transaction, input: { readonly code?: string | undefined; readonly definition: unknown }, providerId: string | null): Promise<Product> {
  const { definition, resource } = await checkDefinition(tx, input.definition);
  const providerCode = definition.provider.code.toLowerCase();
  const code = input.code ?? `s_${providerCode}_${await nextSequence(tx, providerCode)}`;
  checkCode(code, definition.provider);
  const id = newId();
  if (!(await insertProduct(tx, { id, code, providerId, resourceId: resource.id, definition }))) {
    throw new DomainError('conflict', 'product.code.taken', `服务接口编码 ${code} 已被使用 (the code is taken)`, { details: { code } });
  }
  return getProduct(tx, id);
}

/** Changes the draft, or begins a new version beside the live one. `expected` is the version that was read. */
export async function changeProduct(tx: Transaction, reference: string, input: unknown, expected: number): Promise<Product> {
  const product = await touch(tx, reference, expected);
  const { definition, resource } = await checkDefinition(tx, input);
  checkCode(product.code, definition.provider);
  const number = product.draftPublishedAt === null ? product.draftVersion : product.draftVersion + 1;
  await putVersion(tx, product.id, number, resource.id, definition);
  return getProduct(tx, product.id);
}

/** Makes the newest version the live one. Throws what `checkPublishable` finds, and `product.published` when there is nothing new. */
export async function publishProduct(tx: Transaction, connections: SourceConnections, reference: string, expected: number): Promise<Product> {
  const product = await touch(tx, reference, expected);
  if (product.state === 'published' && product.liveVersion === product.draftVersion) {
    throw new DomainError('conflict', 'product.published', `产品 ${product.code} 已发布，没有待发布的修改 (published already: there is no change to publish)`);
  }
  await assertPublishable(tx, connections, product);
  await setState(tx, product.id, 'published', product.draftVersion);
  await raiseRevision(tx);
  return getProduct(tx, product.id);
}

/** Throws what stands in the way of the newest version. */
export async function assertPublishable(tx: Transaction, connections: SourceConnections, product: Product): Promise<void> {
  const resource = await holdResource(tx, product.resourceId);
  const connection = await connections.get(tx, resource.sourceId);
  checkPublishable(product, resource, connection.relay !== undefined);
}

export async function withdrawProduct(tx: Transaction, reference: string, expected: number): Promise<Product> {
  const product = await touch(tx, reference, expected);
  if (product.state !== 'published') {
    throw new DomainError('conflict', 'product.not-published', `产品 ${product.code} 未发布，不能撤销 (the product is not published)`);
  }
  await setState(tx, product.id, 'withdrawn', null);
  await raiseRevision(tx);
  return getProduct(tx, product.id);
}

/** Only what nobody was ever granted can be removed; else withdraw it. */
export async function removeProduct(tx: Transaction, reference: string, expected: number): Promise<void> {
  const product = await touch(tx, reference, expected);
  const grants = await grantsOf(tx, product.id);
  if (grants > 0 || product.state === 'published') {
    throw new DomainError('in-use', 'product.in-use', `产品 ${product.code} 已发布或有过 ${grants} 项授权，只能撤销 (published or granted: withdraw it instead)`, { details: { grants, state: product.state } });
  }
  await deleteProductRow(tx, product.id);
  await raiseRevision(tx);
}

/** Throws `product.unknown`. */
export async function getProduct(on: Queryable, reference: string): Promise<Product> {
  const product = await findProduct(on, reference);
  if (product === undefined) throw unknownProduct(reference);
  return product;
}

export const unknownProduct = (code: string): DomainError => new DomainError('not-found', 'product.unknown', `没有产品 ${code} (no such product)`, { details: { product: code } });

/** The product, locked, at the version that the caller has read; its version is raised. Throws `product.unknown`, `version.stale`. */
async function touch(tx: Transaction, reference: string, expected: number): Promise<Product> {
  const { id, code } = await getProduct(tx, reference);
  if (await touchProduct(tx, id, expected)) return getProduct(tx, id);
  throw new DomainError('precondition-failed', 'version.stale', `产品 ${code} 已被他人修改，请重新读取后再提交 (changed by someone else: read it again)`);
}
