import type { QueryExplanation } from '../../../modules/resources/index.ts';
import type { Ask } from '../describe.ts';
import type { BoundValue } from '../sql.ts';

/** A table that is read from its first row to its last should be small. */
const LARGE_ROWS = 100_000;

/** The table that EXPLAIN answers: MySQL has partitions and filtered, MariaDB has not. */
const mysqlNames = ['id', 'select_type', 'table', 'partitions', 'type', 'possible_keys', 'key', 'key_len', 'ref', 'rows', 'filtered', 'Extra'];
const mariadbNames = mysqlNames.filter((name) => name !== 'partitions' && name !== 'filtered');

/** What the database would do for a statement, and what of that its operator should think about. */
export async function explained(ask: Ask, text: string, values: readonly BoundValue[]): Promise<QueryExplanation> {
  const answer = await ask({ text: `EXPLAIN ${text}`, values });
  const steps = answer.map((cells) => {
    const names = cells.length === mysqlNames.length ? mysqlNames : mariadbNames;
    return new Map(names.map((name, index) => [name, cells[index] ?? '']));
  });
  const rows = Math.max(0, ...steps.map((step) => Number(step.get('rows') ?? 0)));
  return {
    plan: steps.map((step) => [...step].filter(([, value]) => value !== '').map(([name, value]) => `${name}=${value}`).join(' ')),
    cost: null,
    rows,
    warnings: steps
      .filter((step) => step.get('type') === 'ALL' && step.get('table')?.startsWith('<') === false && Number(step.get('rows')) >= LARGE_ROWS)
      .map((step) => `将全表扫描 ${step.get('table')}（约 ${step.get('rows')} 行）：请为条件建索引 (a scan of this whole table: make an index for the conditions)`),
  };
}
