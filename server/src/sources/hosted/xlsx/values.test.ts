import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressOf, placeOf } from './addresses.ts';
import { dateOf, type DateKind } from './dates.ts';
import { numberOf } from './numbers.ts';
import { formatKind } from './styles.ts';

describe('numbers of XLSX', () => {
  const cases: readonly (readonly [written: string, text: string, type: string])[] = [
    ['0', '0', 'integer'],
    ['-0', '0', 'integer'],
    ['007', '7', 'integer'],
    ['2147483648', '2147483648', 'bigint'],
    ['12345678901234567', '12345678901234567', 'bigint'],
    ['92233720368547758079', '92233720368547758079', 'decimal'],
    ['3.50', '3.5', 'decimal'],
    ['3.0', '3', 'integer'],
    ['.5', '0.5', 'decimal'],
    ['-1.25', '-1.25', 'decimal'],
    // binary numbers as programs write them
    ['0.30000000000000004', '0.3', 'decimal'],
    ['1.1000000000000001', '1.1', 'decimal'],
    ['2.2999999999999998', '2.3', 'decimal'],
    ['114.99999999999999', '115', 'integer'],
    ['1234567.9910000001', '1234567.991', 'decimal'],
    // digits that say something
    ['3.141592653589793', '3.141592653589793', 'decimal'],
    ['0.12345678901234566', '0.12345678901234566', 'decimal'],
    ['0.12345678901234567890', '0.1234567890123456789', 'decimal'],
    // exponents
    ['1E+20', '100000000000000000000', 'decimal'],
    ['1.5E-7', '0.00000015', 'decimal'],
    ['-1.23456e3', '-1234.56', 'decimal'],
    ['1.2345678901234567E+18', '1234567890123456800', 'bigint'],
    ['1.7976931348623157E+308', `17976931348623157${'0'.repeat(292)}`, 'decimal'],
  ];
  for (const [written, text, type] of cases) test(`${written} is ${text.slice(0, 30)}`, () => assert.deepEqual(numberOf(written), { type, text }));

  test('what is no number is none', () => {
    for (const written of ['', '.', 'x', '1,5', '1e', '0x10', 'NaN', 'Infinity', '1.79769313486231579E+309', '1 2']) assert.equal(numberOf(written), undefined, written);
  });
});

describe('dates of XLSX', () => {
  const cases: readonly (readonly [serial: number, kind: DateKind, text: string, type: string])[] = [
    [1, 'date', '1900-01-01', 'date'],
    [59, 'date', '1900-02-28', 'date'],
    [61, 'date', '1900-03-01', 'date'],
    [45_000, 'date', '2023-03-15', 'date'],
    [45_000, 'datetime', '2023-03-15', 'timestamp'],
    [45_000.5, 'date', '2023-03-15 12:00:00', 'timestamp'],
    [45_000.999999999, 'datetime', '2023-03-16', 'timestamp'],
    [2_958_465, 'date', '9999-12-31', 'date'],
    [0.3333333333333333, 'time', '08:00:00', 'time'],
    [0.5 + 0.25 / 86_400, 'time', '12:00:00.250', 'time'],
    [45_000.25, 'time', '2023-03-15 06:00:00', 'timestamp'],
    [0.25, 'elapsed', '06:00:00', 'time'],
    [1.5, 'elapsed', '36:00:00', 'text'],
  ];
  for (const [serial, kind, text, type] of cases) test(`${serial} as ${kind} is ${text}`, () => assert.deepEqual(dateOf(serial, kind, 1900), { type, text }));

  test('a workbook that counts from 1904 has a day 0, and the days of the other 1,462 later', () => {
    assert.equal(dateOf(0, 'date', 1904)?.text, '1904-01-01');
    assert.equal(dateOf(45_000 - 1462, 'date', 1904)?.text, dateOf(45_000, 'date', 1900)?.text);
  });

  test('days that never were are none', () => {
    for (const serial of [0, 0.5, 60, 60.5, -1, 2_958_466]) assert.equal(dateOf(serial, 'datetime', 1900), undefined, String(serial));
  });
});

test('a number format tells dates and times', () => {
  const kinds: Readonly<Record<string, DateKind | undefined>> = {
    'yyyy-mm-dd': 'date',
    'yyyy"年"m"月"d"日"': 'date',
    'yyyy年m月d日;@': 'date',
    '[$-804]aaaa': 'date',
    'mmm': 'date',
    'e/m/d': 'date',
    'h:mm:ss': 'time',
    'mm:ss.0': 'time',
    '上午/下午h"时"mm"分"': 'time',
    'h:mm AM/PM': 'time',
    'yyyy-mm-dd hh:mm': 'datetime',
    '[h]:mm:ss': 'elapsed',
    '[Red]#,##0.00': undefined,
    '0.00E+00': undefined,
    'General': undefined,
    'G/通用格式': undefined,
    '#,##0"days"': undefined,
    '0\\d': undefined,
    '[$¥-804]#,##0.00;[Red]-#,##0.00': undefined,
    '0_h': undefined,
    '@': undefined,
  };
  for (const [code, kind] of Object.entries(kinds)) assert.equal(formatKind(code), kind, code);
});

test('addresses are read and written', () => {
  for (const [address, row, column] of [['A1', 1, 0], ['Z9', 9, 25], ['AA10', 10, 26], ['AZ3', 3, 51], ['ZZ1', 1, 701], ['AAA1', 1, 702], ['XFD1048576', 1_048_576, 16_383]] as const) {
    assert.deepEqual(placeOf(address), { row, column });
    assert.equal(addressOf(row, column), address);
  }
  for (const wrong of ['', 'A', '1', 'A0', 'XFE1', 'A1048577', 'a1', 'A1B', 'AAAA1']) assert.equal(placeOf(wrong), undefined, wrong);
});
