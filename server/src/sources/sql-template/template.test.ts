import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { loadModule, scanSync } from 'libpg-query';
import { DomainError } from '../../kernel/errors.ts';
import { tokensOf } from '../postgres/query/scan.ts';
import { checkParameters, parseTemplate, renderTemplate } from './template.ts';

before(() => loadModule());

const words = (sql: string): string[] => scanSync(sql).tokens.map(({ text }) => text);
const render = (sql: string, given: readonly string[] = []): string => renderTemplate(parseTemplate(tokensOf(sql)), (name) => given.includes(name), (name) => `<${name}>`);
const refusedAs = (code: string) => (error: unknown): boolean => error instanceof DomainError && error.code === code;

describe('a template of SQL', () => {
  test('a parameter is a colon and a name, nowhere but in the SQL itself', () => {
    assert.equal(render('SELECT a::int, :b FROM t WHERE c=:d'), 'SELECT a::int, <b>  FROM t WHERE c= <d>');
    for (const text of ["':a'", '":a"', '$$ :a $$', '$q$ [[ :a ]] $q$', "E'\\' :a'", "'[[ :a ]]'", "'it''s :a'", "N':a'"]) {
      assert.deepEqual(words(render(`SELECT ${text} AS x`)), words(`SELECT ${text} AS x`), text);
    }
  });

  test('an optional part stands when all its parameters are given', () => {
    const sql = 'SELECT 1 WHERE true [[ AND a = :a ]] [[AND b BETWEEN :b AND :c]]';
    assert.equal(words(render(sql)).join(' '), 'SELECT 1 WHERE true');
    assert.match(render(sql, ['a', 'b']), /AND a =\s*<a>/);
    assert.doesNotMatch(render(sql, ['a', 'b']), /BETWEEN/);
    assert.match(render(sql, ['b', 'c']), /BETWEEN\s+<b>\s+AND\s+<c>/);
  });

  test('brackets that do not fit are refused', () => {
    for (const sql of ['SELECT [[ 1', 'SELECT [[ a [[ :b ]] ]]', `SELECT 1 ${'[[ , :a ]]'.repeat(13)}`]) assert.throws(() => render(sql), refusedAs('query.part'), sql);
    assert.equal(words(render('SELECT a[b[1]]')).join(''), 'SELECTa[b[1]]', 'outside a part they close an array');
    assert.equal(words(render('SELECT ARRAY[ [1], [n] ], a[1: n]')).join(''), 'SELECTARRAY[[1],[n]],a[1:n]', 'set apart they are an array’s');
  });

  test('declared and used parameters are the same', () => {
    const check = (sql: string, ...parameters: readonly { name: string; required: boolean }[]): void =>
      checkParameters({ sql, parameters: parameters.map((parameter) => ({ ...parameter, type: 'text', comment: '' })) }, parseTemplate(tokensOf(sql)));
    check('SELECT :a [[ , :b ]]', { name: 'a', required: true }, { name: 'b', required: false });
    assert.throws(() => check('SELECT :a'), refusedAs('query.parameter'));
    assert.throws(() => check('SELECT 1', { name: 'a', required: true }), refusedAs('query.parameter'));
    assert.throws(() => check('SELECT :a', { name: 'a', required: false }), refusedAs('query.parameter'));
    assert.throws(() => check('SELECT :a', { name: 'a', required: true }, { name: 'a', required: true }), refusedAs('query.parameter'));
    assert.throws(() => check('SELECT 1 [[ , 2 ]]'), refusedAs('query.part'));
  });

  test('comments, semicolons, Unicode escapes and numbered parameters are refused', () => {
    const codes = { 'SELECT 1 -- x': 'query.comment', 'SELECT /* x */ 1': 'query.comment', 'SELECT 1;': 'query.statements', 'SELECT U&"a"': 'query.unicode', "SELECT u&'a'": 'query.unicode', 'SELECT $1': 'query.positional', "SELECT 'a": 'query.syntax' };
    for (const [sql, code] of Object.entries(codes)) assert.throws(() => tokensOf(sql), refusedAs(code), sql);
  });

  test('whatever a string or a quoted name holds, it comes out as it went in and no parameter is found in it', () => {
    const content = fc.string({ unit: fc.constantFrom(':', 'a', '[', ']', "'", '"', '$', '\\', ' ', '\n', '中', '🌊', '-', '/', '*', ';'), maxLength: 30 });
    fc.assert(
      fc.property(content, fc.constantFrom("'", '"'), (inner, quote) => {
        fc.pre(quote === "'" || inner !== '');
        const literal = `${quote}${inner.replaceAll(quote, quote + quote)}${quote}`;
        const template = parseTemplate(tokensOf(`SELECT ${literal} AS x WHERE y = :given`));
        const seen: string[] = [];
        const sql = renderTemplate(template, () => true, (name) => {
          seen.push(name);
          return '$1';
        });
        assert.deepEqual(seen, ['given']);
        assert.deepEqual(words(sql), ['SELECT', literal, 'AS', 'x', 'WHERE', 'y', '=', '$1']);
      }),
    );
  });
});
