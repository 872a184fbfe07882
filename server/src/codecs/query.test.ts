import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../kernel/errors.ts';
import { knownNames, mergeParameters } from './parameters.ts';
import { maxQueryBytes, parseQuery, rawQueryOf } from './query.ts';

const known = knownNames(['appkey', 'input_station', 'start_time', 'end_time', 'start', 'ftpuser', 'vsftpd']);
const strict = (raw: string): Record<string, string> => Object.fromEntries(parseQuery(raw, { known }));
const tolerant = (raw: string): Record<string, string> => Object.fromEntries(parseQuery(raw, { known, tolerant: true }));
const fails = (kind: string, code: string) => (error: unknown) => error instanceof DomainError && error.kind === kind && error.code === code;

describe('parseQuery', () => {
  it('gives back what encodeURIComponent and URLSearchParams wrote', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
    const pairs = fc.uniqueArray(fc.tuple(text.filter((name) => name !== ''), text), { selector: ([name]) => name.toLowerCase(), maxLength: 20 });
    fc.assert(
      fc.property(pairs, (all) => {
        const none = knownNames([]);
        assert.deepEqual([...parseQuery(all.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&'), { known: none })], all);
        assert.deepEqual([...parseQuery(new URLSearchParams(all).toString(), { known: none })], all);
      }),
    );
  });

  it('reads known names in any case, and leaves others as they are', () => assert.deepEqual(strict('APPKEY=1&Start_Time=2&Other=3'), { appkey: '1', start_time: '2', Other: '3' }));
  it('reads `+` as a blank, and a name alone as an empty value', () => assert.deepEqual(strict('a=1+2%2B3&b&c='), { a: '1 2+3', b: '', c: '' }));
  it('skips empty pieces', () => assert.deepEqual(strict('&a=1&&'), { a: '1' }));
  it('reads no query', () => assert.deepEqual(strict(''), {}));
  it('keeps later `=` and blanks of a value', () => assert.deepEqual(strict('a= b=c= '), { a: ' b=c= ' }));
  it('holds `__proto__` as a name like any other', () => {
    const parameters = parseQuery('__proto__=1&constructor=2', { known });
    assert.deepEqual([...parameters], [['__proto__', '1'], ['constructor', '2']]);
    assert.equal(({} as Record<string, unknown>)['1'], undefined);
  });

  for (const raw of ['a=%E8%B5', 'a=%C0%80', 'a=%ED%A0%80', 'a=%FF', 'a=%', 'a=%4', 'a=%zz', '%FF=1', 'a=\uD800', 'a=%00', 'a=\0', 'a=%D6%D0']) {
    it(`refuses ${JSON.stringify(raw)}`, () => {
      assert.throws(() => strict(raw), fails('malformed-request', 'request.encoding'));
      assert.throws(() => tolerant(raw), fails('malformed-request', 'request.encoding'));
    });
  }
  for (const raw of ['a=1&a=1', 'a=1&A=2', 'appkey=1&appKey=2', 'a=1&%61=2']) {
    it(`refuses a name given twice: ${raw}`, () => assert.throws(() => strict(raw), fails('malformed-request', 'request.parameter.duplicate')));
  }
  it('refuses a value without a name', () => {
    assert.throws(() => strict('=1'), fails('malformed-request', 'request.parameter.nameless'));
    assert.throws(() => tolerant(' =1'), fails('malformed-request', 'request.parameter.nameless'));
  });
  it('bounds length and number', () => {
    const names = (count: number): string => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');
    assert.equal(parseQuery(names(100), { known }).size, 100);
    assert.throws(() => strict(names(101)), fails('too-large', 'request.query.too-large'));
    assert.throws(() => strict('&'.repeat(101)), fails('too-large', 'request.query.too-large'));
    assert.equal(strict(`a=${'x'.repeat(maxQueryBytes - 2)}`)['a']?.length, maxQueryBytes - 2);
    assert.throws(() => strict(`a=${'x'.repeat(maxQueryBytes - 1)}`), fails('too-large', 'request.query.too-large'));
  });
});

describe('parseQuery for SEA', () => {
  const expected = { start_time: '20220901', end_time: '20220910', input_station: '赤湾', appkey: '1796614297' };
  it('reads the example of table 1', () => assert.deepEqual(tolerant(' start_time20220901=& end_time=20220910 & input_station =赤湾&appKey=1796614297'), expected));
  it('reads it percent-encoded, as clients send it', () => {
    assert.deepEqual(tolerant('%20start_time20220901=&%20end_time=20220910%20&%20input_station%20=%E8%B5%A4%E6%B9%BE&appKey=1796614297'), expected);
    assert.deepEqual(tolerant('+start_time20220901=&+end_time=20220910+&+input_station+=%E8%B5%A4%E6%B9%BE&appKey=1796614297'), expected);
  });
  it('reads the example of table 2', () =>
    assert.deepEqual(tolerant(' ftpuser =111111&vsftpd=222222& start_time=20220901=& end_time=20220910 &appKey=1796614223'), {
      ftpuser: '111111',
      vsftpd: '222222',
      start_time: '20220901',
      end_time: '20220910',
      appkey: '1796614223',
    }));
  it('takes the longest known name before a time', () => assert.deepEqual(tolerant('START_TIME2022-09-01 08:00:00='), { start_time: '2022-09-01 08:00:00' }));
  it('splits no name that is known, unlike a time, or has a value', () =>
    assert.deepEqual(tolerant('start_time=&startled=&start1=2&other20220901='), { start_time: '', startled: '', start1: '2', other20220901: '' }));
  it('finds a name given twice behind a slipped `=`', () =>
    assert.throws(() => tolerant('start_time20220901=&start_time=1'), fails('malformed-request', 'request.parameter.duplicate')));
  it('cuts one stray `=`, and none that is encoded', () => assert.deepEqual(tolerant('a=b=&c=d%3D&e=f==&g=h= '), { a: 'b', c: 'd=', e: 'f=', g: 'h' }));
  it('skips what is empty', () => assert.deepEqual(tolerant(' & =&a=1'), { a: '1' }));
});

describe('rawQueryOf', () => {
  it('takes what stands after the first question mark', () => assert.deepEqual(['/a', '/a?', '/a?b=c?d'].map(rawQueryOf), ['', '', 'b=c?d']));
});

describe('mergeParameters', () => {
  it('joins query and body', () =>
    assert.deepEqual([...mergeParameters(new Map([['a', '1']]), new Map([['b', '2']]), known)], [['a', '1'], ['b', '2']]));
  it('refuses a name in both', () =>
    assert.throws(() => mergeParameters(new Map([['a', '1']]), new Map([['A', '1']]), known), fails('malformed-request', 'request.parameter.duplicate')));
});
