import { DomainError } from '../../kernel/errors.ts';
import type { Condition, Literal } from '../policy/index.ts';
import type { ColumnDescription, Resource } from '../resources/index.ts';

/** A condition without what the source is given, and that. */
interface Split {
  readonly where: Condition;
  readonly inputs: Readonly<Record<string, Literal>>;
}

const none: Split['inputs'] = {};
const known = new WeakMap<Resource, ReadonlyMap<string, ColumnDescription>>();

function inputsOf(resource: Resource): ReadonlyMap<string, ColumnDescription> {
  const found = known.get(resource);
  if (found !== undefined) return found;
  const made = new Map(resource.columns.filter(({ input }) => input === true).map((column) => [column.name, column]));
  known.set(resource, made);
  return made;
}

/**
 * Takes the values of the source's inputs out of a plan's condition. The policy lets them stand as `eq` under `all` and
 * nowhere else. Throws `denied-by-policy` where the policy fixes an input and the caller asks for another value, and
 * `missing-parameter` where an input that must be given is not.
 */
export function splitInputs(where: Condition, resource: Resource): Split {
  const columns = inputsOf(resource);
  if (columns.size === 0) return { where, inputs: none };
  const inputs: Record<string, Literal> = Object.create(null);
  const rest = withoutInputs(where, columns, inputs);
  for (const { name, nullable } of columns.values()) {
    if (!nullable && inputs[name] === undefined) {
      throw new DomainError('missing-parameter', 'input.missing', `缺少数据源所需的输入 ${name}，请联系数据提供方或补充参数 (the source needs a value for it)`, { details: { parameter: name } });
    }
  }
  return { where: rest, inputs };
}

function withoutInputs(condition: Condition, columns: ReadonlyMap<string, ColumnDescription>, inputs: Record<string, Literal>): Condition {
  if (condition.op === 'all') return { op: 'all', of: condition.of.map((part) => withoutInputs(part, columns, inputs)).filter((part) => part !== always) };
  if (condition.op !== 'eq' || !columns.has(condition.column)) return condition;
  const { column, value } = condition;
  const before = inputs[column];
  if (before !== undefined && before.text !== value.text) {
    throw new DomainError('denied-by-policy', 'policy.input', `授权已限定参数 ${column} 的取值，不可使用其他值 (the grant fixes this value: another may not be asked for)`, { details: { parameter: column } });
  }
  inputs[column] = value;
  return always;
}

const always: Condition = { op: 'all', of: [] };
