import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redactParameters } from './index.ts';

const none = new Set<string>();

test('secrets are hidden whatever their spelling, sensitive columns as the product names them', () => {
  const parameters = {
    appkey: 'k1', AppKey: 'k2', app_key: 'k3', 'X-Apply-Key': 'k4', access_token: 'k5', PASSWORD: 'k6', vsftpd: 'k7', clientSecret: 'k8', sign: 'k9', rid: 'k10',
    stationName: '香港', IdCard: '110101199003070000',
  };
  const told: unknown = JSON.parse(redactParameters(parameters, new Set(['idcard'])));
  const expected = Object.fromEntries(Object.keys(parameters).map((name) => [name, name === 'stationName' ? '香港' : '***']));
  assert.deepEqual(told, expected);
});

test('long values are cut, never inside a character', () => {
  const told = JSON.parse(redactParameters({ a: 'x'.repeat(201), b: `${'x'.repeat(199)}😀`, c: 'y'.repeat(200) }, none)) as Record<string, string>;
  assert.deepEqual(told, { a: `${'x'.repeat(200)}…`, b: `${'x'.repeat(199)}…`, c: 'y'.repeat(200) });
});

test('the whole is bounded and says how much was left out', () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, 'v'.repeat(150)]));
  const text = redactParameters(many, none);
  assert.ok(text.length <= 4_100);
  const told = JSON.parse(text) as Record<string, string>;
  assert.equal(Object.keys(told).length - 1 + Number(told['…']), 500);
});

test('any names and values give JSON, and no hidden value shows', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), (parameters) => {
      assert.doesNotThrow(() => JSON.parse(redactParameters(parameters, none)));
      const marked = Object.fromEntries(Object.keys(parameters).map((name) => [name, `secret of ${name}`]));
      assert.doesNotMatch(redactParameters(marked, new Set(Object.keys(marked))), /:"secret of/);
    }),
  );
});
