import { LRUCache } from 'lru-cache';
import { MOST_NESTED_CALLS } from '../../sql-template/growth.ts';
import { refusedQuery } from '../../sql-template/refused.ts';
import type { Token } from '../../sql-template/template.ts';
import * as allowed from './allowed.ts';
import { growingCall } from './growth.ts';
import { plainName, tokensOf } from './scan.ts';
import { checkGroups } from './small-groups.ts';

const checked = new LRUCache<string, true>({ max: 1000 });

/**
 * Takes one SELECT whose every name before a parenthesis is one of `allowed.ts`, and in which no word stands that does
 * anything but read. There is no parser of MySQL's and MariaDB's own grammar to be had, so the rule is narrower than
 * PostgreSQL's: it looks at words, and what it is not sure of is refused. Every text that is run passes here. `groupColumn`
 * is that of the query's smallest group. Throws `query.…`.
 */
export function checkSelect(sql: string, groupColumn?: string): void {
  const key = JSON.stringify([sql, groupColumn]);
  if (checked.has(key)) return;
  const tokens = tokensOf(sql);
  const first = tokens[0]?.text.toUpperCase();
  if (first !== 'SELECT' && first !== 'WITH') throw refusedQuery('query.statements', 'SQL 须为一条 SELECT（可带 WITH） (one SELECT, which may begin with WITH)');
  checkParentheses(tokens);
  tokens.forEach((token, index) => checkToken(token, tokens[index - 1], tokens[index + 1]));
  checkQualifiers(tokens);
  if (groupColumn !== undefined) checkGroups(tokens, groupColumn);
  checked.set(key, true);
}

function checkParentheses(tokens: readonly Token[]): void {
  /** Those that are open, each with the calls in which it stands. */
  const open: { readonly at: number; readonly calls: number }[] = [];
  tokens.forEach(({ text }, at) => {
    const name = tokens[at - 1]?.text.toUpperCase() ?? '';
    if (text === '(') open.push({ at, calls: (open.at(-1)?.calls ?? 0) + (allowed.functions.has(name) ? 1 : 0) });
    if (text !== ')') return;
    const opened = open.pop();
    if (opened === undefined) throw unpaired();
    const form = growingCall(tokens, opened.at, at);
    if (form !== undefined) throw notAllowed(`这样的 ${tokens[opened.at - 1]?.text}()，只可写作 ${form}`);
    if (opened.calls > MOST_NESTED_CALLS) throw notAllowed(`嵌套超过 ${MOST_NESTED_CALLS} 层的函数 (calls nested deeper)`);
  });
  if (open.length > 0) throw unpaired();
}

const isName = (text: string): boolean => /^[\p{L}_$`]/u.test(text);

function checkToken({ text }: Token, before: Token | undefined, next: Token | undefined): void {
  if (!isName(text)) return;
  const word = text.toUpperCase();
  const called = next?.text === '(';
  if (called && (text.startsWith('`') || before?.text === '.')) throw notAllowed(`${text}()`);
  if (called && !allowed.functions.has(word) && !allowed.openers.has(word)) throw notAllowed(`${text}()`);
  if (before?.text === '.' || text.startsWith('`')) return; // a column, whatever its name
  if (allowed.forbidden.has(word) || (word === 'REPLACE' && !called)) throw notAllowed(word);
  if (word.startsWith('_') && next?.text.startsWith("'")) throw notAllowed(text);
}

/** `a.b.c` names another database, and so may `a.b`: the system's are refused here, all others by the log-in's rights. */
function checkQualifiers(tokens: readonly Token[]): void {
  tokens.forEach(({ text }, index) => {
    if (text !== '.') return;
    const name = tokens[index - 1]?.text ?? '';
    if (tokens[index + 2]?.text === '.' || allowed.systemSchemas.has(plainName(name).trim().toUpperCase())) {
      throw refusedQuery('query.schema', `SQL 不可读取 ${name}.…：只可读取数据源所设数据库中的表，写作 表.列 (only tables of the source’s own database, written as table.column)`);
    }
  });
}

const unpaired = () => refusedQuery('query.syntax', 'SQL 的括号不成对 (the parentheses do not fit)');
const notAllowed = (what: string) => refusedQuery('query.not-allowed', `SQL 中不可使用 ${what} (not allowed in a query; the guide lists what is)`);
