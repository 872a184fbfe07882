import { asDomainError, DomainError } from '../../kernel/errors.ts';
import { checkPolicy, checkShape } from '../policy/index.ts';
import type { Resource } from '../resources/index.ts';
import { checkFieldsCapable, checkMasksCapable } from './capable.ts';
import type { Product } from './model.ts';
import { checkCode, checkName } from './rules.ts';
import { shapeOf } from './shape.ts';

/**
 * Checks all that a version must fulfil to go live, so that one answer explains every violation: the naming rules
 * (GOV-name, GOV-code), the shape, the policy (decision 10), and that the resource is as it was described. One violation
 * is thrown as it is; several as `product.rules`, with their codes and reasons in the details.
 * @param relays whether the resource's source has answers of its own to hand over
 */
export function checkPublishable(product: Product, resource: Resource, relays: boolean): void {
  const { definition, code } = product;
  const shape = shapeOf(definition, resource);
  const faults = [
    violation(() => checkName(definition)),
    violation(() => checkCode(code, definition.provider)),
    violation(() => checkShape(shape)) ?? violation(() => checkPolicy(definition.policy, shape)),
    violation(() => checkMasksCapable(definition.policy, definition.fields, resource)),
    violation(() => checkFieldsCapable(definition.fields, resource)),
    violation(() => checkUnchanged(resource)),
    violation(() => checkRelay(definition, resource, relays)),
  ].filter((fault) => fault !== undefined);
  const [first, second] = faults;
  if (first === undefined) return;
  if (second === undefined) throw first;
  throw new DomainError('invalid-definition', 'product.rules', `不能发布 (it cannot be published)：${faults.map((fault) => fault.message).join('；')}`, {
    details: { codes: faults.map((fault) => fault.code), reasons: faults.map((fault) => fault.message) },
  });
}

function violation(check: () => void): DomainError | undefined {
  try {
    check();
    return undefined;
  } catch (thrown) {
    return asDomainError(thrown);
  }
}

function checkRelay({ kind }: Product['definition'], { sourceName }: Resource, relays: boolean): void {
  if (kind !== 'relay' || relays) return;
  throw new DomainError('invalid-definition', 'product.relay.source', `数据源 ${sourceName} 没有可原样转发的应答，转发产品须建立在 http、soap 类数据源上 (the source has no answers of its own: a relay product stands on a source of type http or soap)`, { details: { source: sourceName } });
}

function checkUnchanged({ notice, name }: Resource): void {
  if (notice === '') return;
  throw new DomainError('conflict', 'product.resource.changed', `数据资源 ${name} 已变化：${notice}。请先刷新并接受变化，再修改定义 (the resource has changed: refresh and accept it, then mend the definition)`, { details: { resource: name } });
}
