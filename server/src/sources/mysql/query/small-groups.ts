import { noGroups, noPlainCount } from '../../sql-template/small-groups.ts';
import type { Token } from '../../sql-template/template.ts';
import { aggregates } from './allowed.ts';
import { plainName } from './scan.ts';

const totals = new Set(['ROLLUP', 'CUBE', 'OVER', 'WINDOW', 'UNION', 'EXCEPT', 'INTERSECT', 'MINUS']);

/**
 * Refuses what would tell of a group that is left out by others in the same answer: totals beside groups, or a column
 * that does not count them. What is counted by a join that doubles rows, or by overlapping groups, cannot be seen here.
 */
export function checkGroups(tokens: readonly Token[], column: string): void {
  const open: { readonly query: boolean; readonly at: number }[] = [];
  let counted = false;
  tokens.forEach(({ text }, at) => {
    const word = text.toUpperCase();
    if (totals.has(word) && tokens[at - 1]?.text !== '.') throw noGroups(word);
    if (aggregates.has(word) && tokens[at + 1]?.text === '(' && open.some(({ query }) => query)) throw noGroups(`子查询中的 ${word}()`);
    if (text === '(') open.push({ query: isWord(tokens[at + 1], 'SELECT', 'WITH'), at });
    const opened = text === ')' ? open.pop() : undefined;
    if (opened !== undefined && open.length === 0) counted ||= isCount(tokens, opened.at, at, column);
  });
  if (!counted) throw noPlainCount(column);
}

/** `COUNT(…) AS n` of the outermost list, whose parentheses stand there. */
function isCount(tokens: readonly Token[], from: number, to: number, column: string): boolean {
  const name = isWord(tokens[to + 1], 'AS') ? to + 2 : to + 1;
  const ends = tokens[name + 1] === undefined || isWord(tokens[name + 1], ',', 'FROM');
  return isWord(tokens[from - 1], 'COUNT') && isWord(tokens[from - 2], 'SELECT', ',') && plainName(tokens[name]?.text ?? '') === column && ends;
}

const isWord = (token: Token | undefined, ...words: readonly string[]): boolean => token !== undefined && words.includes(token.text.toUpperCase());
