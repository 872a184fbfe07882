import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readOpenApi } from './openapi.ts';

/** An operation that answers with the first of `schemas`, called as often as `paths` says. */
const document = (schemas: object, paths = 1): string => {
  const operation = { get: { responses: { '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/s0' } } } } } } };
  return JSON.stringify({ openapi: '3.0.3', servers: [{ url: 'http://x' }], paths: Object.fromEntries(Array.from({ length: paths }, (_, index) => [`/p${index}`, operation])), components: { schemas } });
};

/** Objects each of whose properties is one of them again. */
const tangled = (schemas: number, properties: number): object =>
  Object.fromEntries(Array.from({ length: schemas }, (_, index) => [`s${index}`, { type: 'object', properties: Object.fromEntries(Array.from({ length: properties }, (_unused, each) => [`p${each}`, { $ref: `#/components/schemas/s${(index + each) % schemas}` }])) }]));

describe('an OpenAPI document whose schemas name one another', () => {
  it('is read in no time, each schema once', () => {
    const begun = performance.now();
    assert.equal(readOpenApi(document(tangled(30, 30))).warnings.length, 0);
    assert.ok(performance.now() - begun < 2_000);
  });

  it('is refused where that would take too long: openapi.too-large', () => {
    assert.throws(() => readOpenApi(document(tangled(100, 100), 100)), { code: 'openapi.too-large' });
  });

  it('tells of a reference that leads nowhere once, whatever stands in it', () => {
    const bad = { $ref: '#/components/%zz' };
    const { warnings } = readOpenApi(document({ s0: { type: 'object', properties: { a: bad, b: bad } } }, 5));
    assert.equal(warnings.filter((warning) => warning.includes('%zz')).length, 1);
  });
});
