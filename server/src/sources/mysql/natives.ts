/** What the source's own name of a type says; describe.ts writes it, as a column's definition in SQL would. */
export interface Native {
  /** `varchar`, `bigint`, … */
  readonly base: string;
  /** Digits of fractional seconds; of a decimal, its scale. */
  readonly digits: number;
  readonly zerofill: boolean;
  readonly nullable: boolean;
  readonly collation: string;
}

const known = new Map<string, Native>();
const MOST_KNOWN = 10_000;

const NOTHING = 'unknown(6)';

export function readNative(text: string = NOTHING): Native {
  const remembered = known.get(text);
  if (remembered !== undefined) return remembered;
  const native: Native = {
    base: /^[a-z0-9_]+/.exec(text)?.[0] ?? '',
    digits: Number(/^[a-z0-9_]+\((?:\d+,)?(\d+)\)/.exec(text)?.[1] ?? 0),
    zerofill: / zerofill\b/.test(text),
    nullable: !text.endsWith(' not null'),
    collation: / collate ([a-z0-9_]+)/.exec(text)?.[1] ?? '',
  };
  if (known.size < MOST_KNOWN) known.set(text, native);
  return native;
}

/** The character set is how a collation's name begins. */
export const charsetOf = ({ collation }: Native): string => collation.split('_', 1)[0] ?? '';
