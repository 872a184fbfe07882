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
});
