import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { DomainError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { checkPolicy, checkShape } from '../policy/index.ts';
import { getResource, type Resource } from '../resources/index.ts';
import { ProductDefinition, type Product } from './model.ts';
import { checkCode, checkName } from './rules.ts';
import { shapeOf } from './shape.ts';
import { deleteProductRow, findProduct, grantsOf, insertProduct, nextSequence, putVersion, setState, touchProduct } from './store.ts';

const schema = Compile(ProductDefinition);

/** Fills defaults and checks everything that can be checked without a grant; throws `product.definition` and the rules' own codes. */
export async function checkDefinition(on: Queryable, input: unknown): Promise<{ definition: ProductDefinition; resource: Resource }> {
  const definition = Default(ProductDefinition, structuredClone(input));
  if (!schema.Check(definition)) {
    const faults = [...schema.Errors(definition)].slice(0, 20).map((fault) => `${fault.instancePath.slice(1) || 'definition'}: ${fault.message}`);
    throw new DomainError('invalid-definition', 'product.definition', `产品定义有误：${faults.join('; ')} (the definition does not fit its schema)`, { details: { faults } });
  }
  checkName(definition);
  const resource = await getResource(on, definition.resource);
  checkShape(shapeOf(definition, resource));
  return { definition, resource };
}

/** Makes a draft. Without a code the node gives `s_<provider code>_<sequence>`. */
export async function createProduct(tx: Transaction, input: { code?: string; definition: unknown }, providerId: string | null): Promise<Product> {
  const { definition, resource } = await checkDefinition(tx, input.definition);
  const providerCode = definition.provider.code.toLowerCase();
  const code = input.code ?? `s_${providerCode}_${await nextSequence(tx, providerCode)}`;
  checkCode(code, definition.provider);
  if ((await findProduct(tx, code)) !== undefined) {
    throw new DomainError('conflict', 'product.code.taken', `服务接口编码 ${code} 已被使用 (the code is taken)`, { details: { code } });
  }
  await insertProduct(tx, { id: newId(), code, providerId, resourceId: resource.id, definition });
  return getProduct(tx, code);
}

/** Changes the draft, or begins a new version beside the live one. `expected` is the version that was read. */
export async function changeProduct(tx: Transaction, code: string, input: unknown, expected: number): Promise<Product> {
  const product = await getProduct(tx, code);
  const { definition, resource } = await checkDefinition(tx, input);
  checkCode(product.code, definition.provider);
  await touch(tx, product, expected);
  const number = product.draftVersion === product.liveVersion ? product.draftVersion + 1 : product.draftVersion;
  await putVersion(tx, product.id, number, resource.id, definition);
  return getProduct(tx, code);
}

/** Makes the newest version the live one; a term that cannot be enforced is refused here (decision 10). */
export async function publishProduct(tx: Transaction, code: string, expected: number): Promise<Product> {
  const product = await getProduct(tx, code);
  const { definition, resource } = await checkDefinition(tx, product.definition);
  const shape = shapeOf(definition, resource);
  checkPolicy(definition.policy, shape);
  if (resource.notice !== '') {
    throw new DomainError('conflict', 'product.resource.changed', `数据资源已变化：${resource.notice} (the resource has changed: mend the definition first)`);
  }
  await touch(tx, product, expected);
  await setState(tx, product.id, 'published', product.draftVersion);
  await raiseRevision(tx);
  return getProduct(tx, code);
}

export async function withdrawProduct(tx: Transaction, code: string, expected: number): Promise<Product> {
  const product = await getProduct(tx, code);
  if (product.state !== 'published') {
    throw new DomainError('conflict', 'product.not-published', `产品 ${code} 未发布，不能撤销 (the product is not published)`);
  }
  await touch(tx, product, expected);
  await setState(tx, product.id, 'withdrawn', null);
  await raiseRevision(tx);
  return getProduct(tx, code);
}

/** Only what nobody was ever granted can be removed; else withdraw it. */
export async function removeProduct(tx: Transaction, code: string): Promise<void> {
  const product = await getProduct(tx, code);
  const grants = await grantsOf(tx, product.id);
  if (grants > 0 || product.state === 'published') {
    throw new DomainError('in-use', 'product.in-use', `产品 ${code} 已发布或有 ${grants} 项授权，请先撤销 (published or granted: withdraw it instead)`, { details: { grants } });
  }
  await deleteProductRow(tx, product.id);
  await raiseRevision(tx);
}

export async function getProduct(on: Queryable, code: string): Promise<Product> {
  const product = await findProduct(on, code);
  if (product === undefined) throw unknownProduct(code);
  return product;
}

const unknownProduct = (code: string): DomainError => new DomainError('not-found', 'product.unknown', `没有产品 ${code} (no such product)`, { details: { product: code } });

async function touch(tx: Transaction, product: Product, expected: number): Promise<void> {
  if (await touchProduct(tx, product.id, expected)) return;
  throw new DomainError('precondition-failed', 'version.stale', `产品 ${product.code} 已被他人修改，请重新读取后再提交 (changed by someone else: read it again)`);
}
