import { LRUCache } from 'lru-cache';
import { scanSync } from 'libpg-query';
import { refusedQuery } from '../../sql-template/refused.ts';
import { parseTemplate, type Template, type Token } from '../../sql-template/template.ts';

const templates = new LRUCache<string, Template>({ max: 500 });

/** The template of a query's SQL, cut by PostgreSQL's own scanner, which the caller has loaded. */
export function templateOf(sql: string): Template {
  const known = templates.get(sql);
  if (known !== undefined) return known;
  const made = parseTemplate(tokensOf(sql));
  templates.set(sql, made);
  return made;
}

/** Throws `query.comment`, `query.statements`, `query.unicode`, `query.positional`, `query.syntax`. */
export function tokensOf(sql: string): Token[] {
  let end = -1;
  return scanned(sql).map(({ text, start, end: until, tokenName }) => {
    if (tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT') throw refusedQuery('query.comment', 'SQL 中不可有注释 (no comments)');
    if (text === ';') throw refusedQuery('query.statements', 'SQL 只可有一条语句，不写分号 (one statement, without a semicolon)');
    if (/^u&/i.test(text)) throw refusedQuery('query.unicode', 'SQL 中不可有 U& 转义，请直接写出字符 (no U& escapes: write the characters themselves)');
    if (/^\$\d/.test(text)) throw refusedQuery('query.positional', '参数请按名称写作 :name (parameters stand by name: write :name)');
    const glued = start === end;
    end = until;
    return { text, glued };
  });
}

function scanned(sql: string): ReturnType<typeof scanSync>['tokens'] {
  try {
    return scanSync(sql).tokens;
  } catch (error) {
    throw refusedQuery('query.syntax', `SQL 有误：${error instanceof Error ? error.message : ''} (the SQL cannot be read)`, error);
  }
}
