import { isDeepStrictEqual } from 'node:util';
import { parseOperand, acceptedForms, type Literal } from '../../modules/policy/index.ts';
import type { ColumnDescription, Probe, Query, TableDescription } from '../../modules/resources/index.ts';
import { refusedQuery } from './refused.ts';
import { namesIn, type Template } from './template.ts';

/** The sets of parameters under which a query is looked at: none of the optional parts, each alone, all. */
export function standings({ parts }: Template, { parameters }: Query): ReadonlySet<string>[] {
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
  const optional = parts.filter((part) => part.optional).map((part) => new Set([...required, ...namesIn(part)]));
  if (optional.length === 0) return [new Set(required)];
  return [new Set(required), ...(optional.length === 1 ? [] : optional), new Set(parameters.map(({ name }) => name))];
}

/** The query as a table: its columns, which are the same whatever parts stand, and its parameters as inputs. */
export function describedQuery(query: Query, [first = [], ...others]: readonly (readonly ColumnDescription[])[], nativeOf: (type: Query['parameters'][number]['type']) => string): TableDescription {
  if (others.some((columns) => !isDeepStrictEqual(columns, first))) throw refusedQuery('query.columns', '可选部分不可改变查询的列 (optional parts may not change the columns)');
  checkColumns(query, first);
  const inputs = query.parameters.map(({ name, type, required, comment }) => ({ name, type, native: nativeOf(type), nullable: !required, comment, input: true }));
  return { schema: '', name: '', comment: '', columns: [...first, ...inputs], key: [] };
}

function checkColumns({ parameters, minimumGroup }: Query, columns: readonly ColumnDescription[]): void {
  const names = columns.map(({ name }) => name);
  if (names.length === 0) throw refusedQuery('query.columns', '查询没有列 (the query has no columns)');
  if (names.some((name) => name === '' || name === '?column?')) throw refusedQuery('query.columns', '有的列没有名称，请用 AS 命名 (a column has no name: name it by AS)');
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw refusedQuery('query.columns', `有两列名为 ${twice}，请用 AS 区分 (two columns have this name)`);
  const both = parameters.find(({ name }) => names.includes(name));
  if (both !== undefined) throw refusedQuery('query.parameter', `参数 :${both.name} 与列同名，请改其一 (a parameter and a column have this name: rename one)`);
  if (minimumGroup === undefined) return;
  const type = columns.find(({ name }) => name === minimumGroup.column)?.type;
  if (type !== 'integer' && type !== 'bigint') throw refusedQuery('query.minimum-group', `minimumGroup.column ${minimumGroup.column} 须为查询中的整数列，如 count(*) AS n (it must be an integer column of the query)`);
}

/** Values for EXPLAIN: what is given, else the samples. Throws `query.sample`. */
export function sampleInputs({ parameters }: Query, values: Readonly<Record<string, string>>): Record<string, Literal> {
  const unknown = Object.keys(values).find((name) => !parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined) throw refusedQuery('query.sample', `查询没有参数 ${unknown} (no such parameter)`);
  return Object.fromEntries(
    parameters.flatMap(({ name, type, required, sample }) => {
      const text = values[name] ?? sample;
      if (text === undefined && !required) return [];
      const literal = text === undefined ? undefined : parseOperand(type, text)?.literal;
      if (literal === undefined) throw refusedQuery('query.sample', `参数 :${name} 需要示例值 sample，形式：${acceptedForms[type]} (it needs a sample value of its type)`);
      return [[name, literal] as const];
    }),
  );
}

/** What the test of a source found of both its log-ins. */
export const withQueries = ({ about, warnings }: Probe, queries: Probe): Probe => ({ about: { ...about, ...queries.about }, warnings: [...warnings, ...queries.warnings] });
