import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { DomainError } from '../../kernel/errors.ts';
import {
  checkPolicy, checkShape, compileGrant, decide, termNames,
  type Condition, type Decision, type GrantShape, type Plan, type PlanColumn, type Policy, type PolicyRequest, type ProductShape, type TermVerdict,
} from './index.ts';

/**
 * The matrices of the policy engine: one file a term, and `combined.yaml`. How a case is written:
 *
 *   name      what holds
 *   product   the name of one in products.yaml (default: the file's `product`), `change` puts other properties in
 *   template, grant          the two policies; `state`, `validFrom`, `validTo` are the grant's
 *   at, address, given, page the call; a long value is written `{ repeat: x, times: 1001, then: y }`
 *   unchecked: true          the policies fail `checkPolicy` by now, as after a change of the product
 *   expect    one of
 *     plan:   the named parts of the plan; conditions, columns and limits in the short form that is written below
 *     deny:   [term, kind, code]
 *     refuse: codes of checkPolicy, of the template where the case has no grant
 *     shape:  the code of checkShape, or `sound`
 *     trace:  `term holder verdict` lines that explain must hold; allowed beside plan and deny
 */
interface Case {
  readonly name: string;
  readonly product?: string;
  readonly change?: Partial<ProductShape>;
  readonly template?: Policy;
  readonly grant?: Policy;
  readonly state?: GrantShape['state'];
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly at?: string;
  readonly address?: string;
  readonly given?: Readonly<Record<string, string | Repeated>>;
  readonly page?: PolicyRequest['page'];
  readonly unchecked?: boolean;
  readonly expect: Expectation;
}

interface Repeated {
  readonly repeat: string;
  readonly times: number;
  readonly then?: string;
}

interface Expectation {
  readonly plan?: Readonly<Record<string, unknown>>;
  readonly deny?: readonly [string, string, string];
  readonly refuse?: readonly string[];
  readonly shape?: string;
  readonly trace?: readonly string[];
}

const folder = path.join(import.meta.dirname, 'cases');
const read = (file: string): unknown => parse(readFileSync(path.join(folder, file), 'utf8'));
const products = read('products.yaml') as Readonly<Record<string, ProductShape>>;

let total = 0;
for (const file of readdirSync(folder).filter((name) => name !== 'products.yaml')) {
  const { product, cases } = read(file) as { readonly product: string; readonly cases: readonly Case[] };
  total += cases.length;
  describe(`policy cases of ${file}`, () => {
    for (const example of cases) it(example.name, () => run(example, example.product ?? product));
  });
}

describe('the policy cases', () => {
  it('count more than 200', () => assert.ok(total > 200, `only ${total}`));
});

function run(example: Case, productName: string): void {
  const base = products[productName];
  assert.ok(base, `no product ${productName}`);
  const template = example.template ?? base.policy;
  const product: ProductShape = { ...base, ...example.change, policy: template };
  const { expect } = example;
  if (expect.shape !== undefined) {
    assert.equal(codeOf(() => checkShape(product), 'invalid-definition') ?? 'sound', expect.shape);
  } else if (expect.refuse !== undefined) {
    const isTemplate = example.grant === undefined;
    const check = (): void => (isTemplate ? checkPolicy(template, product) : checkPolicy(example.grant ?? {}, product, template));
    assert.deepEqual(problemCodes(check), expect.refuse);
  } else {
    runDecision(example, product);
  }
}

function runDecision(example: Case, product: ProductShape): void {
  const grant: GrantShape = {
    state: example.state ?? 'active',
    validFrom: example.validFrom === undefined ? null : new Date(example.validFrom),
    validTo: example.validTo === undefined ? null : new Date(example.validTo),
    policy: example.grant ?? {},
  };
  checkShape(product);
  if (example.unchecked !== true) {
    assert.deepEqual(problemCodes(() => checkPolicy(product.policy, product)), []);
    assert.deepEqual(problemCodes(() => checkPolicy(grant.policy, product, product.policy)), []);
  }
  const compiled = compileGrant(product, grant);
  const request: PolicyRequest = {
    now: new Date(example.at ?? '2026-06-01T00:00:00Z'),
    address: example.address ?? '203.0.113.7',
    parameters: Object.fromEntries(Object.entries(example.given ?? {}).map(([name, value]) => [name, written(value)])),
    page: example.page ?? null,
  };
  const decision = decide(compiled, request);
  checkDecision(decision, example.expect);
  const trace: TermVerdict[] = [];
  const explained = decide(compiled, request, trace);
  checkDecision(explained, example.expect);
  checkTrace(trace, decision, example.expect.trace ?? []);
}

function written(value: string | Repeated): string {
  return typeof value === 'string' ? value : value.repeat.repeat(value.times) + (value.then ?? '');
}

function checkDecision(decision: Decision, { plan, deny }: Expectation): void {
  if (deny !== undefined) {
    assert.ok(!decision.allowed, 'allowed');
    assert.deepEqual([decision.term, decision.error.kind, decision.error.code], deny);
  } else {
    assert.ok(decision.allowed, decision.allowed ? '' : `${decision.term}: ${decision.error.message}`);
    const shown = showPlan(decision.plan);
    for (const [part, value] of Object.entries(plan ?? {})) assert.deepEqual(shown[part], value, part);
  }
}

function checkTrace(trace: readonly TermVerdict[], decision: Decision, expected: readonly string[]): void {
  assert.deepEqual([...new Set(trace.map(({ term }) => term))], [...termNames], 'every term, in order');
  const denials = trace.filter(({ verdict }) => verdict === 'deny');
  assert.equal(denials[0]?.term, decision.allowed ? undefined : decision.term);
  assert.ok(trace.every(({ note }) => note !== ''));
  const lines = trace.map(({ term, holder, verdict }) => `${term} ${holder} ${verdict}`);
  for (const line of expected) assert.ok(lines.includes(line), `${line} is not among\n${lines.join('\n')}`);
}

function codeOf(act: () => void, kind: string): string | null {
  try {
    act();
    return null;
  } catch (error) {
    assert.ok(error instanceof DomainError, String(error));
    assert.equal(error.kind, kind);
    assert.ok(error.message !== '');
    return error.code;
  }
}

function problemCodes(act: () => void): readonly unknown[] {
  try {
    act();
    return [];
  } catch (error) {
    assert.ok(error instanceof DomainError, String(error));
    assert.equal(error.kind, 'unenforceable-policy');
    const { codes } = error.details;
    assert.ok(Array.isArray(codes) && codes.length > 0);
    return codes;
  }
}

// ---- the short form -----------------------------------------------------------------------------------------------------

function showPlan(plan: Plan): Readonly<Record<string, unknown>> {
  assert.equal(plan.where.op, 'all');
  return {
    ...plan,
    columns: plan.columns.map(showColumn),
    where: plan.where.op === 'all' ? plan.where.of.map(show) : [],
    order: plan.order.map(({ column, direction }) => `${column} ${direction}`),
    quotas: plan.quotas.map(({ holder, unit, per, limit }) => `${holder}: ${limit} ${unit} per ${per}`),
    concurrency: plan.concurrency.map(({ holder, limit }) => `${holder}: ${limit}`),
  };
}

/** `name`, or `phone partial 3 4`. */
function showColumn({ name, mask }: PlanColumn): string {
  return mask === null ? name : [name, ...Object.values(mask).map(String)].join(' ');
}

/** `station eq text:HK`, `all(…)`, `not(…)`, `box(…)`. */
function show(condition: Condition): string {
  switch (condition.op) {
    case 'all':
    case 'any':
      return `${condition.op}(${condition.of.map(show).join(', ')})`;
    case 'not':
      return `not(${show(condition.of)})`;
    case 'in':
      return `${condition.column} in [${condition.values.map(({ type, text }) => `${type}:${text}`).join(', ')}]`;
    case 'contains':
      return `${condition.column} contains ${condition.text}`;
    case 'null':
      return `${condition.column} is null`;
    case 'within':
      return `within(${condition.lon}, ${condition.lat}, ${condition.edges.map(({ polygon, x1, y1, x2, y2 }) => `${polygon}: ${x1} ${y1} ${x2} ${y2}`).join(', ')})`;
    case 'covered':
      return `covered(${condition.column}, ${condition.area.type} ${JSON.stringify(condition.area.coordinates)})`;
    case 'box':
      return `box(${condition.lon}, ${condition.lat}, ${condition.west}, ${condition.south}, ${condition.east}, ${condition.north})`;
    default:
      return `${condition.column} ${condition.op} ${condition.value.type}:${condition.value.text}`;
  }
}
