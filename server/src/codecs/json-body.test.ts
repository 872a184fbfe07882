import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../kernel/errors.ts';
import { parseJsonBody } from './json-body.ts';
import { knownNames } from './parameters.ts';

const bounds = { maxBytes: 1_000_000, maxDepth: 4 };
const known = knownNames(['appkey']);
const read = (body: string | Buffer): Record<string, string> => Object.fromEntries(parseJsonBody(Buffer.from(body), bounds, known));
const fails = (kind: string, code: string) => (error: unknown) => error instanceof DomainError && error.kind === kind && error.code === code;

describe('parseJsonBody', () => {
  it('gives back any texts', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text.filter((name) => name !== '__proto__'), text), { selector: ([name]) => name.toLowerCase() }), (pairs) => {
        const parameters = parseJsonBody(Buffer.from(JSON.stringify(Object.fromEntries(pairs))), bounds, knownNames([]));
        assert.deepEqual(Object.fromEntries(parameters), Object.fromEntries(pairs));
      }),
    );
  });

  it('keeps every digit of a number', () => assert.deepEqual(read('{"appKey": 17966142971796614297, "b": 1.50, "c": -0, "d": 1e3}'), { appkey: '17966142971796614297', b: '1.50', c: '-0', d: '1e3' }));
  it('reads booleans as text and null as not given', () => assert.deepEqual(read('{"a":true,"b":false,"c":null}'), { a: 'true', b: 'false' }));
  it('reads an empty body, and one with a byte order mark', () => {
    assert.deepEqual(read(''), {});
    assert.deepEqual(read(' \r\n'), {});
    assert.deepEqual(read('\uFEFF{"a":"1"}'), { a: '1' });
  });
  it('is not misled by brackets, quotes and colons in texts', () => assert.deepEqual(read(String.raw`{"a\"{[:":"}]:\\","b":"[[[[[["}`), { 'a"{[:': '}]:\\', b: '[[[[[[' }));

  for (const body of ['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"a":1,"A":2}', '{"appkey":"1","appKey":"2"}', '{"a":null,"a":"1"}']) {
    it(`refuses a name given twice: ${body}`, () => assert.throws(() => read(body), fails('malformed-request', 'request.parameter.duplicate')));
  }
  for (const body of ['{', '{"a":}', "{'a':1}", '{"a":1}x', '{"a', '{"a\\', '"\\', 'NaN', '{"a":01}', '}{', '{"__proto__":1}', '{"__proto__":{"a":1}}', '{"\\u005f_proto__":"1"}', '{"constructor":{"prototype":{"a":1}}}']) {
    it(`refuses ${body}`, () => assert.throws(() => read(body), fails('malformed-request', 'request.json.syntax')));
  }
  for (const body of ['[]', '"a"', '1', 'null', 'true', '[{"a":1}]']) {
    it(`refuses ${body}, which is no object`, () => assert.throws(() => read(body), fails('malformed-request', 'request.json.not-object')));
  }
  for (const body of ['{"a":[]}', '{"a":{}}', '{"a":["1"]}', '{"a":{"$gt":""}}']) {
    it(`refuses ${body}, whose value is no scalar`, () => assert.throws(() => read(body), fails('invalid-parameter', 'request.parameter.type')));
  }
  for (const body of [Buffer.from([0x7b, 0xff, 0x7d]), Buffer.from('{"a":"\uD800"}', 'utf16le'), Buffer.from([0x22, 0xc0, 0x80, 0x22]), '{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"\\udc00":"1"}']) {
    it(`refuses ${body.toString('latin1')}, which is not Unicode`, () => assert.throws(() => read(body), (error) => error instanceof DomainError && error.kind === 'malformed-request'));
  }

  it('bounds depth before it parses', () => {
    assert.throws(() => read(`{"a":${'['.repeat(400_000)}`), fails('malformed-request', 'request.json.depth'));
    assert.throws(() => read('{"a":[[[[]]]]}'), fails('malformed-request', 'request.json.depth'));
  });
  it('bounds length', () => assert.throws(() => read(`{"a":"${'x'.repeat(1_000_000)}"}`), fails('too-large', 'request.body.too-large')));
  it('takes time in proportion to length', () => {
    const started = performance.now();
    for (const body of ['{"a":"' + '\\"'.repeat(490_000), '"'.repeat(999_999), '\\'.repeat(999_999)]) assert.throws(() => read(body));
    assert.ok(performance.now() - started < 5000);
  });
  it('answers any bytes with parameters or a DomainError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'a', '1', 'null', 'u0061', ' ') }), (body) => {
        try {
          read(body);
        } catch (error) {
          assert.ok(error instanceof DomainError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
