import { Compile } from 'typebox/compile';
import { Default } from 'typebox/value';
import { DateTime } from 'luxon';
import { displayZone } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { faultTexts } from '../../kernel/faults.ts';
import { newId } from '../../kernel/ids.ts';
import type { Queryable, Transaction } from '../../storage/database.ts';
import { raiseRevision } from '../../storage/revision.ts';
import { checkPolicy, type Policy } from '../policy/index.ts';
import { checkMasksCapable, findLiveProduct, getProduct, shapeOf, type Product } from '../products/index.ts';
import { findResource } from '../resources/index.ts';
import { GrantTerms, type Grant, type GrantState } from './model.ts';
import { findGrant, insertGrant, lockGrant, setGrantState, updateGrant, type GrantValues } from './store.ts';

const schema = Compile(GrantTerms);

/** Gives a subject the one right to a product; throws `grant.exists`, and `policy.*` for a term that cannot be enforced. */
export async function createGrant(tx: Transaction, input: { readonly subjectId: string; readonly product: string; readonly terms: unknown }): Promise<Grant> {
  const product = await getProduct(tx, input.product);
  const values = await checkTerms(tx, product, input.terms);
  const id = newId();
  if (!(await insertGrant(tx, id, input.subjectId, product.id, values))) {
    throw new DomainError('conflict', 'grant.exists', '该主体对该产品已有授权，请修改原授权 (the subject holds a grant for this product: change that one)');
  }
  await raiseRevision(tx);
  return getGrant(tx, id);
}

/** Throws `version.stale`, `grant.state` for a revoked one, and what `createGrant` throws of terms. */
export async function changeGrant(tx: Transaction, id: string, terms: unknown, expected: number): Promise<Grant> {
  const grant = await lockedGrant(tx, id);
  if (grant.version !== expected) throw new DomainError('precondition-failed', 'version.stale', '授权已被他人修改，请重新读取 (changed by someone else: read it again)');
  if (grant.state === 'revoked') throw wrongState('授权已撤销，不能修改 (a revoked grant cannot be changed)');
  const values = await checkTerms(tx, await getProduct(tx, grant.productId), terms);
  await updateGrant(tx, grant.id, values, expected);
  await raiseRevision(tx);
  return getGrant(tx, grant.id);
}

const following: Readonly<Record<GrantState, readonly GrantState[]>> = {
  active: ['suspended', 'revoked'],
  suspended: ['active', 'revoked'],
  revoked: [],
};

/** Suspends, resumes or revokes; a revoked grant stays so (`grant.state`). Running calls feel it within 2 s. */
export async function moveGrant(tx: Transaction, id: string, state: GrantState): Promise<Grant> {
  const grant = await lockedGrant(tx, id);
  if (!following[grant.state].includes(state)) throw wrongState(`授权处于 ${grant.state}，不能变为 ${state} (the grant cannot go from ${grant.state} to ${state})`);
  await setGrantState(tx, grant.id, state);
  await raiseRevision(tx);
  return getGrant(tx, grant.id);
}

const wrongState = (message: string): DomainError => new DomainError('conflict', 'grant.state', message);
export const lostResource = (): DomainError => new DomainError('not-found', 'resource.unknown', '产品的数据资源不存在 (the product has lost its resource)');
export const noRight = (): DomainError => new DomainError('not-found', 'grant.none', '该主体对该产品没有授权 (the subject holds no grant for the product)');
export const unknownGrant = (id: string): DomainError => new DomainError('not-found', 'grant.unknown', `没有授权 ${id} (no such grant)`, { details: { grant: id } });

async function lockedGrant(tx: Transaction, id: string): Promise<Grant> {
  const grant = await lockGrant(tx, id);
  if (grant === undefined) throw unknownGrant(id);
  return grant;
}

/** Throws `grant.unknown`. */
export async function getGrant(on: Queryable, id: string): Promise<Grant> {
  const grant = await findGrant(on, id);
  if (grant === undefined) throw unknownGrant(id);
  return grant;
}

async function checkTerms(tx: Transaction, product: Product, input: unknown): Promise<GrantValues> {
  const terms = Default(GrantTerms, structuredClone(input ?? {}));
  if (!schema.Check(terms)) {
    const faults = faultTexts(schema.Errors(terms), 'terms');
    throw new DomainError('invalid-definition', 'grant.terms', `授权条款有误：${faults.join('; ')} (unknown or malformed terms)`, { details: { faults } });
  }
  // A grant binds to what callers meet: the live version where there is one.
  const bound = (await findLiveProduct(tx, product.id)) ?? product;
  const resource = await findResource(tx, bound.resourceId);
  if (resource === undefined) throw lostResource();
  checkPolicy(terms.policy, shapeOf(bound.definition, resource), bound.definition.policy);
  checkMasksCapable(terms.policy, bound.definition.fields, resource);
  const validFrom = instant(terms.validFrom);
  const validTo = instant(terms.validTo);
  if (validFrom !== null && validTo !== null && validFrom >= validTo) {
    throw new DomainError('invalid-definition', 'grant.period', '授权期限的结束须晚于开始 (validTo must be after validFrom)');
  }
  return { policy: withMaskedColumns(terms.policy, bound.definition.fields), validFrom, validTo };
}

/** A mask covers a column, by whatever name its product may come to show it. */
function withMaskedColumns(policy: Policy, fields: Product['definition']['fields']): Policy {
  if (policy.masks === undefined) return policy;
  const columns = new Map(fields.map(({ name, column }) => [name, column]));
  return { ...policy, masks: policy.masks.map((mask) => ({ ...mask, column: columns.get(mask.field) ?? mask.field })) };
}

function instant(text: string | null): Date | null {
  if (text === null) return null;
  const read = DateTime.fromISO(text.replace(' ', 'T'), { zone: displayZone });
  if (!read.isValid) throw new DomainError('invalid-definition', 'grant.period', `时间 ${text} 无法识别，应为 ISO 8601 (not a time in ISO 8601)`);
  return read.toJSDate();
}
