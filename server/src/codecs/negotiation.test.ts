import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../kernel/errors.ts';
import { chooseEncoding, chooseType, leastCompressed } from './negotiation.ts';

const isNotAcceptable = (error: unknown): boolean => error instanceof DomainError && error.kind === 'not-acceptable';

describe('chooseEncoding', () => {
  const cases: readonly (readonly [header: string | undefined, chosen: string])[] = [
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['deflate', 'deflate'],
    ['gzip, deflate, br, zstd', 'gzip'],
    ['deflate;q=0.9, gzip;q=0.8', 'deflate'],
    ['deflate;q=0.5, gzip;q=0.8', 'gzip'],
    ['gzip;q=0, deflate', 'deflate'],
    ['*', 'gzip'],
    ['gzip;q=0, *', 'deflate'],
    ['identity', 'identity'],
    ['identity, gzip;q=0.5', 'identity'],
    ['br', 'identity'],
    ['gzip;q=0', 'identity'],
    ['identity;q=0, gzip;q=0.001', 'gzip'],
    ['*;q=0, gzip', 'gzip'],
    ['*;q=0, identity;q=0.1', 'identity'],
  ];
  for (const [header, chosen] of cases) {
    it(`takes ${chosen} for ${header ?? 'no header'}`, () => assert.equal(chooseEncoding(header), chosen));
  }
  for (const header of ['identity;q=0', '*;q=0', 'br, identity;q=0', 'br, *;q=0', 'gzip;q=0, deflate;q=0.0, identity;q=0.000']) {
    it(`refuses ${header}`, () => assert.throws(() => chooseEncoding(header), isNotAcceptable));
  }

  it('leaves a small body as it is, where the caller allows', () => {
    assert.equal(chooseEncoding('gzip', leastCompressed - 1), 'identity');
    assert.equal(chooseEncoding('gzip', leastCompressed), 'gzip');
    assert.equal(chooseEncoding('gzip, identity;q=0', 1), 'gzip');
  });

  it('answers any header with a coding or `not-acceptable`', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('gzip', 'identity', '*', ';q=', '0', '1', '.', ',', ' ', '"', '=', 'é') }), (header) => {
        try {
          chooseEncoding(header);
        } catch (error) {
          assert.ok(isNotAcceptable(error));
        }
      }),
    );
  });
});

describe('chooseType', () => {
  const types = ['application/json', 'application/xml', 'text/csv'] as const;
  const cases: readonly (readonly [accept: string | undefined, chosen: string])[] = [
    [undefined, 'application/json'],
    ['', 'application/json'],
    [' ', 'application/json'],
    ['*/*', 'application/json'],
    ['application/xml', 'application/xml'],
    ['Application/XML', 'application/xml'],
    ['text/*', 'text/csv'],
    ['application/*', 'application/json'],
    ['application/json;q=0.5, text/csv', 'text/csv'],
    ['application/json;q=0, */*', 'application/xml'],
    ['text/html, application/xml;q=0.9, */*;q=0.8', 'application/xml'],
    ['application/xml; charset=UTF-8', 'application/xml'],
    ['text/csv;charset="utf-8";q=0.3, image/png', 'text/csv'],
  ];
  for (const [accept, chosen] of cases) {
    it(`takes ${chosen} for ${accept ?? 'no header'}`, () => assert.equal(chooseType(accept, types), chosen));
  }
  for (const accept of ['image/png', 'application/xml;q=0', 'text/csv;charset=gbk', '*/*;q=0', 'nonsense', ',']) {
    it(`refuses ${accept}`, () =>
      assert.throws(() => chooseType(accept, types), (error) => isNotAcceptable(error) && error instanceof DomainError && Array.isArray(error.details['available'])));
  }

  it('answers any header with a type or `not-acceptable`', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('text/csv', 'application/', 'json', '*', '/', ';', 'q=', 'charset=', '0', '1', '.', ',', ' ', '"', '\\', '=') }), (accept) => {
        try {
          chooseType(accept, types);
        } catch (error) {
          assert.ok(isNotAcceptable(error));
        }
      }),
    );
  });
});
