import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ColumnType } from '../policy/index.ts';
import { comparerOf } from './compare.ts';
import { compareDecimals, floorTo } from './decimal.ts';
import { readers } from './values.ts';
import { toInstant, toIso, toLocal } from './zones.ts';

const taken: Readonly<Record<ColumnType, readonly string[]>> = {
  text: ['', ' a ', '赤湾🌊', '\u0000'],
  other: ['{1,2}'],
  integer: ['0', '-1', '2147483647', '-2147483648'],
  bigint: ['9223372036854775807', '-9223372036854775808'],
  decimal: ['0', '1.50', '-0.000000000000000000001', '9'.repeat(1000), 'NaN', '-Infinity'],
  float: ['0.1', '1e+20', '-5e-324', '1.7976931348623157e+308', 'NaN', 'Infinity'],
  boolean: ['true', 'false'],
  date: ['0001-01-01', '2024-02-29', '2000-02-29', '9999-12-31', 'infinity'],
  time: ['00:00:00', '23:59:59.999999', '24:00:00'],
  timestamp: ['2026-01-01 08:00:00', '9999-12-31 23:59:59.5', '-infinity'],
  timestamptz: ['2026-01-01T08:00:00Z', '2026-01-01T08:00:00.000001Z', 'infinity'],
  binary: ['', '+/8=', 'AA==', 'AAAA'],
  json: ['null', '{"a": [1]}', '"x"'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000'],
  geometry: ['{"type":"Point","coordinates":[113.9,22.5,-3]}', '{"type": "MultiLineString", "coordinates": []}', '{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"bbox":[0,0,1,1]}]}'],
};
const refused: Readonly<Record<ColumnType, readonly string[]>> = {
  text: ['\ud800', 'a\udc00'],
  other: ['\ud800'],
  integer: ['', '+1', '01', '-0', '1.0', '1e3', ' 1', '2147483648', '-2147483649', '１'],
  bigint: ['9223372036854775808', '99999999999999999999', '0x1'],
  decimal: ['', '.5', '1.', '1e3', '00.1', '1,5', 'nan', '+Infinity', '9'.repeat(1003)],
  float: ['1e999', '1e-99999999', '1e+1000000000', 'inf', '0x10', '1_0', '-'],
  boolean: ['t', '1', 'TRUE', ''],
  date: ['2026-02-29', '1900-02-29', '2026-13-01', '2026-00-10', '2026-01-00', '0000-01-01', '26-01-01', '2026-01-01 00:00:00', 'Infinity'],
  time: ['24:00:01', '8:00:00', '23:60:00', '23:59:60', '12:00', '12:00:00.1234567', '12:00:00Z'],
  timestamp: ['2026-01-01T08:00:00', '2026-01-01 24:00:00', '2026-02-30 00:00:00', '2026-01-01', '2026-01-01 08:00:00Z', '2026-01-01 08:00:00+08'],
  timestamptz: ['2026-01-01 08:00:00Z', '2026-01-01T08:00:00', '2026-01-01T08:00:00+08:00', '2026-01-01T08:00:00.1234567Z'],
  binary: ['A', 'AA', 'AA=', '+/8=\n', '-_8=', '+/8==='],
  json: ['', '{', "{'a':1}", '{} ,', '"\ud800"'],
  uuid: ['123E4567-E89B-12D3-A456-426614174000', '123e4567e89b12d3a456426614174000'],
  geometry: [
    '', 'POINT(1 2)', '{"type":"Point"}', '{"type":"Point","coordinates":[1]}', '{"type":"Point","coordinates":["1","2"]}', '{"type":"LineString","coordinates":[1,2]}',
    '{"type":"Feature","geometry":null,"properties":{}}', '{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:3857"}}}',
    '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}', '{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[]}]}',
  ],
};

describe('canonical text', () => {
  for (const type of Object.keys(taken) as ColumnType[]) {
    it(`of ${type} is taken, and nothing else`, () => {
      for (const text of taken[type]) assert.equal(readers[type](text), text);
      for (const text of refused[type]) assert.equal(readers[type](text), undefined, text);
    });
  }

  it('loses zeros that say nothing', () => {
    assert.equal(readers.time('08:00:00.250'), '08:00:00.25');
    assert.equal(readers.timestamp('2026-01-01 08:00:00.000'), '2026-01-01 08:00:00');
    assert.equal(readers.timestamptz('2026-01-01T08:00:00.100000Z'), '2026-01-01T08:00:00.1Z');
  });
});

describe('decimals', () => {
  it('compare exactly, whatever their size', () => {
    const ascending = ['-Infinity', '-123456789012345678901234567890.1', '-9007199254740993', '-9007199254740992', '-1', '-0.1', '0', '0.000000000000000000001', '0.1', '0.10000000000000000001', '9007199254740992', '9007199254740993', '123456789012345678901234567890', 'Infinity', 'NaN'];
    for (const [i, left] of ascending.entries()) for (const [j, right] of ascending.entries()) assert.equal(Math.sign(compareDecimals(left, right)), Math.sign(i - j), `${left} ${right}`);
    assert.equal(compareDecimals('1.50', '1.5'), 0);
    assert.equal(compareDecimals('-0.00', '0'), 0);
  });

  it('are floored to a step, never above themselves', () => {
    const cases = [['-0.1', '0.25', '-0.25'], ['0.30', '0.1', '0.3'], ['-300', '0.1', '-300.0'], ['9223372036854775807', '10', '9223372036854775800'], ['-1', '10', '-10'], ['0', '3', '0'], ['1e+20', '3', '99999999999999999999'], ['5e-324', '0.5', '0.0'], ['NaN', '2', 'NaN']] as const;
    for (const [value, step, floor] of cases) assert.equal(floorTo(value, step), floor, value);
  });

  it('in a column of single precision are compared as such', () => {
    assert.equal(comparerOf('float', 'real', 'UTC').against('0.1')('0.1'), 0);
    assert.equal(comparerOf('float', 'real', 'UTC').against('0.100000001490116')('0.1'), 0);
    assert.notEqual(comparerOf('float', 'double precision', 'UTC').against('0.100000001490116')('0.1'), 0);
  });
});

describe('zones', () => {
  it('have their own offsets at each time, with the seconds of local mean time', () => {
    assert.equal(toLocal('2026-01-01T00:00:00.5Z', 'Asia/Shanghai'), '2026-01-01 08:00:00.5');
    assert.equal(toLocal('1988-07-01T00:00:00Z', 'Asia/Shanghai'), '1988-07-01 09:00:00');
    assert.equal(toIso('1800-01-01T00:00:00Z'), '1800-01-01T08:05:43+08:05:43');
    assert.equal(toLocal('9999-12-31T23:59:59Z', 'Asia/Shanghai'), '10000-01-01 07:59:59');
    assert.equal(toIso('infinity'), 'infinity');
  });

  it('read a time that never was by the offset before, and one that came twice by the offset after', () => {
    assert.equal(toInstant('2026-03-08 02:30:00', 'America/New_York'), '2026-03-08T07:30:00Z');
    assert.equal(toInstant('2026-11-01 01:30:00', 'America/New_York'), '2026-11-01T06:30:00Z');
    assert.equal(toInstant('2026-11-01 00:30:00', 'America/New_York'), '2026-11-01T04:30:00Z');
    assert.equal(toInstant('2026-03-08 01:30:00.000001', 'America/New_York'), '2026-03-08T06:30:00.000001Z');
  });
});
