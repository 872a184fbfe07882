import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '../../../kernel/errors.ts';
import { renderTemplate } from '../../sql-template/template.ts';
import { checkSelect } from './check.ts';
import { templateOf, tokensOf } from './scan.ts';

const refusedAs = (code: string) => (error: unknown): boolean => error instanceof DomainError && error.code === code;
const texts = (sql: string): string[] => tokensOf(sql).map(({ text }) => text);

describe('MySQL’s words', () => {
  test('are cut as the server cuts them', () => {
    assert.deepEqual(texts("SELECT `a``b`, 'it''s', 1.5e3, t.`c` <=> :x FROM 表 t WHERE a>=1 AND b!=-2"), [
      'SELECT', '`a``b`', ',', "'it''s'", ',', '1.5e3', ',', 't', '.', '`c`', '<=>', ':', 'x', 'FROM', '表', 't', 'WHERE', 'a', '>=', '1', 'AND', 'b', '!=', '-', '2',
    ]);
  });

  test('what could be cut otherwise is refused', () => {
    const refused = {
      'SELECT 1 -- x': 'query.comment', 'SELECT 1 # x': 'query.comment', 'SELECT 1 /*! x */': 'query.comment', 'SELECT 1--1': 'query.comment', 'SELECT 1;': 'query.statements',
      'SELECT @a': 'query.not-allowed', 'SELECT @@a': 'query.not-allowed', 'SELECT "a"': 'query.syntax', "SELECT 'a\\'": 'query.syntax', "SELECT 'a": 'query.syntax', 'SELECT `a': 'query.syntax',
      'SELECT 1a': 'query.syntax', 'SELECT 0x41': 'query.syntax', 'SELECT {d 1}': 'query.syntax', 'SELECT\u00a01': 'query.syntax', 'SELECT\u000b1': 'query.syntax', 'SELECT\u30001': 'query.syntax',
    };
    for (const [sql, code] of Object.entries(refused)) assert.throws(() => tokensOf(sql), refusedAs(code), sql);
    assert.throws(() => templateOf('SELECT ?'), refusedAs('query.positional'));
  });

  test('whatever a string or a quoted name holds, it comes out as it went in and no parameter is found in it', () => {
    const content = fc.string({ unit: fc.constantFrom(':', 'a', '[', ']', "'", '"', '`', '@', '#', ' ', '\n', '中', '🌊', '-', '/', '*', ';', '?'), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(content, fc.constantFrom("'", '`'), (inner, quote) => {
        const literal = `${quote}${inner.replaceAll(quote, quote + quote)}${quote}`;
        const seen: string[] = [];
        const sql = renderTemplate(templateOf(`SELECT ${literal} AS x WHERE y = :given`), () => true, (name) => {
          seen.push(name);
          return '?';
        });
        assert.deepEqual(seen, ['given']);
        assert.deepEqual(texts(sql), ['SELECT', literal, 'AS', 'x', 'WHERE', 'y', '=', '?']);
        checkSelect(sql);
      }),
    );
  });

  test('ordinary queries pass', () => {
    for (const sql of [
      'SELECT town, COUNT(*) AS n FROM visits WHERE day BETWEEN CAST(? AS DATE) AND ? GROUP BY town WITH ROLLUP HAVING COUNT(*) > 3 ORDER BY n DESC LIMIT 5',
      'WITH a AS (SELECT id FROM visits), b AS (SELECT id FROM a WHERE id IN (1, 2)) SELECT b.id FROM b LEFT JOIN a ON (a.id = b.id)',
      "SELECT IF(age > 3, 'x', 'y') AS k, SUM(age) OVER (PARTITION BY town ORDER BY id) AS s, day + INTERVAL 1 DAY AS d FROM visits v WHERE EXISTS (SELECT 1 FROM visits w WHERE w.id = v.id)",
      'SELECT t.`for`, t.value AS `update` FROM t UNION ALL (SELECT 1, 2)',
    ]) checkSelect(sql);
  });

  test('what makes little of much passes, whatever is replaced', () => {
    for (const sql of ["SELECT REPLACE(phone, '-', '') AS a, REPLACE(town, 'it''s', '中') AS b, REGEXP_REPLACE(phone, '[^0-9]', '') AS c, CAST(id AS BINARY(8)) AS d, BINARY(id) AS e FROM visits", `SELECT ${'HEX('.repeat(10)}id${')'.repeat(10)} AS x FROM visits`]) checkSelect(sql);
  });

  test('with a smallest group, nothing in the answer tells of the groups that are left out', () => {
    const check = (sql: string): void => checkSelect(sql, 'n');
    for (const sql of [
      'SELECT town, COUNT(*) AS n, ROUND(AVG(age), 1) AS age FROM visits WHERE town IN (SELECT t.town FROM towns t) GROUP BY town HAVING COUNT(*) < 900 ORDER BY n LIMIT 9',
      'WITH v AS (SELECT DISTINCT person, town FROM visits) SELECT count(DISTINCT person) `n`, v.`rollup`, (SELECT t.name FROM towns t WHERE t.code = v.town) AS name FROM v GROUP BY town',
      'SELECT COUNT(IF(age > (3 + 1), 1, NULL)) AS n FROM visits',
    ]) check(sql);
    const groups = 'SELECT town, COUNT(*) AS n FROM visits';
    for (const sql of [
      `${groups} GROUP BY town WITH ROLLUP`, `${groups} GROUP BY town UNION ALL SELECT '', COUNT(*) FROM visits`, `${groups} GROUP BY town EXCEPT SELECT '', 1`,
      'SELECT town, COUNT(*) AS n, SUM(COUNT(*)) OVER () AS total FROM visits GROUP BY town', 'SELECT town, COUNT(*) AS n, RANK() OVER w AS r FROM visits GROUP BY town WINDOW w AS (ORDER BY COUNT(*))',
      'SELECT town, COUNT(*) AS n, (SELECT COUNT(*) FROM visits) AS total FROM visits GROUP BY town', 'SELECT town, COUNT(*) AS n, ((SELECT SUM(1) FROM visits)) AS total FROM visits GROUP BY town',
      'SELECT v.town, COUNT(*) AS n, t.total FROM visits v, (SELECT SUM(1) AS total FROM visits) t GROUP BY v.town, t.total', 'WITH t AS (SELECT COUNT(*) AS total FROM visits) SELECT town, COUNT(*) AS n, t.total FROM visits, t GROUP BY town, t.total',
      'SELECT town, COUNT(*) + 100 AS n FROM visits GROUP BY town', 'SELECT town, (100 + COUNT(*)) AS n FROM visits GROUP BY town', 'SELECT town, 100 + COUNT(*) AS n FROM visits GROUP BY town', 'SELECT town, SUM(age) AS n FROM visits GROUP BY town', 'SELECT town, n FROM visits', 'SELECT town, COUNT(*) AS m FROM visits GROUP BY town', 'SELECT x.town, x.n FROM (SELECT town, COUNT(*) AS n FROM visits GROUP BY town) x',
    ]) assert.throws(() => check(sql), refusedAs('query.minimum-group'), sql);
  });
});
