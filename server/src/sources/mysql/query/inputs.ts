import type { Literal } from '../../../modules/policy/index.ts';
import { momentText } from '../conditions.ts';
import { boundDecimal } from '../decimals.ts';
import type { SqlContext } from '../sql.ts';

/** Writes a query's parameters: bound wherever they stand, and cast to what they were declared to be; texts take the collation of what they meet. */
export const inputsIn =
  (context: SqlContext) =>
  (_name: string, value: Literal): string => {
    const add = (text: string | number): string => context.bindings.add(text);
    switch (value.type) {
      case 'integer':
      case 'bigint':
        return `CAST(${add(value.text)} AS SIGNED)`;
      case 'decimal': {
        const { text, type } = boundDecimal(value.text);
        return `CAST(${add(text)} AS ${type})`;
      }
      case 'float':
        return `(${add(Number(value.text))} + 0e0)`;
      case 'boolean':
        return `CAST(${add(value.text === 'true' ? '1' : '0')} AS SIGNED)`;
      case 'date':
        return `CAST(${add(value.text)} AS DATE)`;
      case 'time':
        return `CAST(${add(value.text)} AS TIME(6))`;
      case 'timestamp':
      case 'timestamptz':
        return `CAST(${add(momentText(value, context))} AS DATETIME(6))`;
      default:
        return add(value.text);
    }
  };
