import { refusedQuery } from './refused.ts';

export const noGroups = (what: string) =>
  refusedQuery('query.minimum-group', `设了 minimumGroup 的查询不可使用 ${what}：同一结果中的合计可反推被略去的小分组；需要时请先做成视图 (with minimumGroup it is refused: totals in the same answer would tell of the groups that are left out; make a view of what needs it)`);

export const noPlainCount = (column: string) =>
  refusedQuery('query.minimum-group', `minimumGroup.column ${column} 须在最外层写作 count(…) AS ${column}，不加运算 (it must be a plain count of the outermost SELECT)`);
