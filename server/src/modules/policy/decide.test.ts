import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '../../kernel/errors.ts';
import {
  checkPolicy, compileGrant, decide, warningsOf,
  type Condition, type Decision, type GrantShape, type Plan, type Policy, type PolicyRequest, type ProductShape, type RowRule, type TermVerdict,
} from './index.ts';

const product: ProductShape = {
  kind: 'query',
  columns: { id: 'bigint', name: 'text', height: 'float' },
  fields: [{ name: 'id', column: 'id', type: 'bigint' }, { name: 'name', column: 'name', type: 'varchar' }, { name: 'height', column: 'height', type: 'double' }],
  parameters: [
    { name: 'name', column: 'name', operator: 'eq', required: false },
    { name: 'names', column: 'name', operator: 'in', required: false },
    { name: 'height', column: 'height', operator: 'eq', required: false },
  ],
  order: [],
  key: ['id'],
  cap: 100,
  maxPageSize: 10,
  maxOffset: 100,
  policy: {},
};
const grantOf = (policy: Policy): GrantShape => ({ state: 'active', validFrom: null, validTo: null, policy });
const requestOf = (parameters: Record<string, string>): PolicyRequest => ({ now: new Date(), address: '192.0.2.1', parameters, page: null });
const call = (parameters: Record<string, string>): Decision => decide(compileGrant(product, grantOf({})), requestOf(parameters));

function planOf(decision: Decision): Plan {
  assert.ok(decision.allowed);
  return decision.plan;
}

function errorOf(decision: Decision): DomainError {
  assert.ok(!decision.allowed);
  return decision.error;
}

describe('the bounds of a value', () => {
  it('are a thousand characters, counted as people count them', () => {
    assert.ok(call({ name: '海'.repeat(1000) }).allowed);
    assert.ok(call({ name: '😀'.repeat(1000) }).allowed);
    assert.equal(errorOf(call({ name: '海'.repeat(1001) })).kind, 'parameter-too-long');
    assert.equal(errorOf(call({ name: '😀'.repeat(1001) })).kind, 'parameter-too-long');
    assert.equal(errorOf(call({ name: 'x'.repeat(1_000_000) })).kind, 'parameter-too-long');
  });

  it('are two hundred values of a list', () => {
    assert.ok(call({ names: Array.from({ length: 200 }, () => 'a').join(',') }).allowed);
    assert.equal(errorOf(call({ names: Array.from({ length: 201 }, () => 'a').join(',') })).code, 'policy.parameter.too-many');
  });

  it('are those of a double for a column of doubles', () => {
    assert.ok(call({ height: '9'.repeat(300) }).allowed);
    assert.equal(errorOf(call({ height: '9'.repeat(400) })).code, 'policy.parameter.form');
    assert.equal(errorOf(call({ height: `0.${'0'.repeat(400)}1` })).code, 'policy.parameter.form');
    assert.ok(call({ height: `0.${'0'.repeat(400)}` }).allowed);
  });
});

describe('an error', () => {
  it('repeats little of what the caller wrote, and nothing broken', () => {
    const { message, details } = errorOf(call({ [`${'x'.repeat(63)}\ud83d\ude00${'y'.repeat(10_000)}`]: '1' }));
    assert.ok(message.length < 300);
    assert.ok(message.isWellFormed());
    assert.deepEqual(details['known'], ['name', 'names', 'height']);
  });

  it('tells the accepted forms', () => {
    const { message, details } = errorOf(call({ height: 'tall' }));
    assert.match(message, /-12\.5/);
    assert.deepEqual(details, { parameter: 'height' });
  });

  it('of a page names the bound', () => {
    const grant = compileGrant(product, grantOf({}));
    const paged = (offset: number, limit: number): DomainError => errorOf(decide(grant, { ...requestOf({}), page: { offset, limit } }));
    assert.match(paged(0, 11).message, /10/);
    assert.deepEqual(paged(0, 11).details, { maxPageSize: 10 });
    assert.deepEqual(paged(101, 1).details, { maxOffset: 100 });
  });
});

describe('a rule', () => {
  const nested = (depth: number): RowRule => {
    let rule: RowRule = { column: 'name', eq: 'x' };
    for (let level = 1; level < depth; level += 1) rule = { not: rule };
    return rule;
  };

  it('nested a hundred thousand times is refused, and exhausts nothing', () => {
    const rows = nested(100_000);
    assert.throws(() => checkPolicy({ rows }, product), { kind: 'unenforceable-policy' });
    const decision = decide(compileGrant(product, grantOf({ rows })), requestOf({}));
    assert.equal(errorOf(decision).code, 'policy.unenforceable');
  });

  it('of more than a thousand conditions is refused', () => {
    const group = (size: number): RowRule => ({ any: Array.from({ length: size }, () => ({ column: 'name', eq: 'x' })) });
    checkPolicy({ rows: { all: Array.from({ length: 20 }, () => group(48)) } }, product);
    assert.throws(() => checkPolicy({ rows: { all: Array.from({ length: 20 }, () => group(50)) } }, product), { kind: 'unenforceable-policy' });
  });
});

describe('an area', () => {
  it('of more than ten thousand sides is refused', () => {
    const circle = (sides: number): [number, number][] => Array.from({ length: sides + 1 }, (_, side) => [Math.cos((side % sides) / sides * 2 * Math.PI), Math.sin((side % sides) / sides * 2 * Math.PI)]);
    const area = (...sides: number[]): Policy => ({ region: { lon: 'height', lat: 'id', within: { type: 'Polygon', coordinates: sides.map(circle) } } });
    checkPolicy(area(5000, 5000), product);
    assert.throws(() => checkPolicy(area(5000, 5001), product), (error) => error instanceof DomainError && String(error.details['codes']) === 'region.too-many');
  });
});

describe('a key that a grant closes', () => {
  const told = (template: Policy, policy: Policy, shape = product): string[] => {
    const trace: TermVerdict[] = [];
    decide(compileGrant({ ...shape, policy: template }, grantOf(policy)), requestOf({}), trace);
    const notes = trace.filter(({ note }) => note.includes('order of the key column id'));
    assert.deepEqual(notes.map(({ note }) => note), warningsOf(policy, { ...shape, policy: template }), 'explain and the answer to the one who gives the grant say the same');
    return notes.map(({ term, holder, verdict }) => `${term} ${holder} ${verdict}`);
  };
  const masks: Policy = { masks: [{ field: 'id', kind: 'number', step: 100 }] };

  it('still orders the rows, which explain and the one who gives the grant are told', () => {
    assert.deepEqual(planOf(decide(compileGrant(product, grantOf(masks)), requestOf({}))).order, [{ column: 'id', direction: 'asc' }]);
    assert.deepEqual([told({}, masks), told(masks, {}), told({}, { columns: ['name'] })], [['masks grant shape'], ['masks product shape'], ['columns grant shape']]);
  });

  it('is not spoken of where it is open, or no field of the product', () => {
    const [, ...fields] = product.fields;
    assert.deepEqual([told({}, {}), told({}, {}, { ...product, fields })], [[], []]);
  });
});

describe('a compiled grant', () => {
  it('gives the same arrays to every call without parameters', () => {
    const grant = compileGrant(product, grantOf({ rows: { column: 'name', eq: 'x' }, quotas: [{ per: 'day', unit: 'calls', limit: 1 }] }));
    const [first, second] = [planOf(decide(grant, requestOf({}))), planOf(decide(grant, requestOf({})))];
    assert.equal(first.where, second.where);
    assert.equal(first.columns, second.columns);
    assert.equal(first.order, second.order);
    assert.equal(first.quotas, second.quotas);
  });

  it('is not changed by the calls it decides', () => {
    const grant = compileGrant(product, grantOf({ rows: { column: 'name', eq: 'x' } }));
    const before = JSON.stringify(grant);
    decide(grant, requestOf({ name: 'y', names: 'a,b' }));
    assert.equal(JSON.stringify(grant), before);
    const where: Condition = planOf(decide(grant, requestOf({}))).where;
    assert.deepEqual(where, { op: 'all', of: [{ op: 'eq', column: 'name', value: { type: 'text', text: 'x' } }] });
  });

  it('reads parameters from an object without prototype', () => {
    const parameters: Record<string, string> = Object.assign(Object.create(null), { name: 'x' });
    assert.equal(planOf(call(parameters)).where.op, 'all');
  });

  it('tells no values in its explanation', () => {
    const trace: TermVerdict[] = [];
    decide(compileGrant(product, grantOf({})), requestOf({ name: '张三丰', height: '-12345' }), trace);
    assert.ok(!JSON.stringify(trace).includes('张三丰') && !JSON.stringify(trace).includes('12345'));
  });
});
