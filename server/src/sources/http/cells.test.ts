import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ColumnType } from '../../modules/policy/index.ts';
import { cellOf } from './cells.ts';

const cases: readonly (readonly [ColumnType, string, string])[] = [
  ['text', ' a ', ' a '],
  ['integer', '+007', '7'],
  ['bigint', '9007199254740993', '9007199254740993'],
  ['decimal', '1.50', '1.50'],
  ['decimal', '-007.0', '-7.0'],
  ['decimal', '1e3', '1000'],
  ['decimal', '-1.25E-3', '-0.00125'],
  ['decimal', '12.345e1', '123.45'],
  ['decimal', 'abc', 'abc'],
  ['float', '1e21', '1e+21'],
  ['float', '0.10', '0.1'],
  ['boolean', '1', 'true'],
  ['boolean', 'FALSE', 'false'],
  ['date', '20220901', '2022-09-01'],
  ['time', '08:00', '08:00:00'],
  ['timestamp', '2022-09-01 08:00:00', '2022-09-01 00:00:00'],
  ['timestamptz', '2022-09-01T08:00:00.5+09:00', '2022-08-31T23:00:00.5Z'],
  ['uuid', '123E4567-E89B-12D3-A456-426614174000', '123e4567-e89b-12d3-a456-426614174000'],
  ['integer', 'x', 'x'],
];

describe('values of an answer become canonical text', () => {
  for (const [type, given, expected] of cases) it(`${type} ${given}`, () => assert.equal(cellOf(type, given), expected));
});
