import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { compareInstants, parseClock, parseDay, parseMoment } from './times.ts';

/** Seconds from the year 101 to 9999, and a fraction in microseconds. */
const seconds = fc.integer({ min: -58_979_000_000, max: 253_370_000_000 });
const micros = fc.integer({ min: 0, max: 999_999 });

describe('times', () => {
  it('reads an instant in every zone and spelling alike', () => {
    fc.assert(fc.property(seconds, micros, fc.integer({ min: -14 * 60, max: 14 * 60 }), fc.constantFrom('T', ' '), (second, micro, offset, between) => {
      const utc = DateTime.fromSeconds(second, { zone: 'utc' });
      const local = utc.plus({ minutes: offset });
      const digits = String(micro).padStart(6, '0');
      const sign = offset < 0 ? '-' : '+';
      const zone = `${sign}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
      const fraction = micro === 0 ? '' : `.${digits.replace(/0+$/, '')}`;
      const expected = { text: `${utc.toFormat("yyyy-MM-dd'T'HH:mm:ss")}${fraction}Z`, until: null };
      assert.deepEqual(parseMoment(`${local.toFormat('yyyy-MM-dd')}${between}${local.toFormat('HH:mm:ss')}.${digits}${zone}`), expected);
      assert.deepEqual(parseMoment(`${local.toFormat("yyyyMMdd'T'HHmmss")}.${digits}${zone.replace(':', '')}`), expected);
    }));
  });

  it('reads what has no zone as Luxon reads Asia/Shanghai, summer times and local mean time included', () => {
    fc.assert(fc.property(seconds, (second) => {
      const local = DateTime.fromSeconds(second, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
      const expected = DateTime.fromISO(local, { zone: 'Asia/Shanghai' }).toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
      assert.equal(parseMoment(local)?.text, expected);
    }));
  });

  it('keeps UTC+8 from 1992 on, as the zone does', () => {
    fc.assert(fc.property(fc.integer({ min: 694_224_000, max: 4_102_444_800 }), (second) => {
      const local = DateTime.fromSeconds(second, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss');
      const expected = DateTime.fromSQL(local, { zone: 'Asia/Shanghai' }).toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
      assert.equal(parseMoment(local)?.text, expected);
    }));
  });

  it('takes a day to last until the next', () => {
    fc.assert(fc.property(seconds, (second) => {
      const utc = DateTime.fromSeconds(second, { zone: 'utc' });
      const today = parseMoment(utc.toFormat('yyyyMMdd'));
      const tomorrow = parseMoment(utc.plus({ days: 1 }).toFormat('yyyy-MM-dd'));
      assert.equal(today?.until, tomorrow?.text);
    }));
  });

  it('takes the days of the calendar and no others', () => {
    const part = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
    fc.assert(fc.property(fc.integer({ min: 100, max: 9999 }), part(13), part(32), (year, month, day) => {
      const written = [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')];
      const expected = DateTime.utc(year, month, day).isValid ? written.join('-') : null;
      assert.equal(parseDay(written.join('-')), expected);
      assert.equal(parseDay(written.join('')), expected);
    }), { numRuns: 1000 });
  });

  it('never throws, and writes what PostgreSQL reads', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ]?[0-9:.+Z-]{0,20}$/)), (text) => {
      const moment = parseMoment(text);
      if (moment !== null) assert.match(moment.text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z$/);
      const clock = parseClock(text);
      if (clock !== null) assert.match(clock, /^\d\d:\d\d:\d\d/);
    }), { numRuns: 1000 });
  });

  it('orders instants by their fractions too', () => {
    assert.ok(compareInstants('2022-09-01T00:00:00Z', '2022-09-01T00:00:00.5Z') < 0);
    assert.ok(compareInstants('2022-09-01T00:00:00.5Z', '2022-09-01T00:00:00.25Z') > 0);
    assert.equal(compareInstants('2022-09-01T00:00:00.5Z', '2022-09-01T00:00:00.5Z'), 0);
  });
});
