import { isEndToEnd } from '../testing/files.ts';
import { idsInTitle } from './register.ts';
import type { Title } from './titles.ts';

/** What is wrong with a title's IDs; `file` is where the test stands. */
export function namingErrors(file: string, title: string, known: ReadonlySet<string>): string[] {
  const ids = idsInTitle(title);
  if (ids.length === 0) return [];
  const unknown = ids.filter((id) => !known.has(id)).map((id) => `${id} is not in spec/requirements.md`);
  const misplaced = isEndToEnd(file) ? [] : [`only *.e2e.test.ts may name requirements (${ids.join(', ')})`];
  return [...unknown, ...misplaced];
}

/** The same for the titles of a source file, each with its place. */
export function namingErrorsIn(file: string, titles: readonly Title[], known: ReadonlySet<string>): string[] {
  return titles.flatMap(({ text, line }) =>
    namingErrors(file, text, known).map((error) => `${file}:${line}: ${error}: "${text}"`),
  );
}
