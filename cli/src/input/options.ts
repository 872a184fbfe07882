import { InvalidArgumentError } from 'commander';

/** Collects an option that may be given several times. */
export const repeated = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** `a,b,c`, blanks round the names do not count. */
export const commaList = (value: string): string[] => value.split(',').map((each) => each.trim()).filter((each) => each !== '');

export function wholeNumber(value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('');
}

export function atLeastOne(value: string): number {
  const number = wholeNumber(value);
  if (number > 0) return number;
  throw new InvalidArgumentError('');
}

/** Collects `name=value`. */
export function pairs(value: string, before: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

/** One of a closed set of words. */
export const oneOf =
  <const T extends string>(words: readonly T[]) =>
  (value: string): T => {
    const word = words.find((each) => each === value);
    if (word === undefined) throw new InvalidArgumentError(`${value}: ${words.join(' | ')}`);
    return word;
  };

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what was not given: the node fills in its own defaults. */
export function given<T extends object>(values: T): Given<T>;
export function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
