/** A numbered demand of one of the documents, as `spec/requirements.md` lists it. */
export interface Requirement {
  readonly id: string;
  readonly clause: string;
  readonly mustHold: string;
}

export interface Chapter {
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

/** A piece of text that is a requirement's ID, known or not. */
const idPattern = /^[A-Z]{2,5}-[\w.]+$/;

/** The register's chapters (`## …`) with the rows of their tables. */
export function parseRegister(markdown: string): Chapter[] {
  const chapters: { title: string; requirements: Requirement[] }[] = [];
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) chapters.push({ title: line.slice(3).trim(), requirements: [] });
    const requirement = requirementOf(line);
    if (requirement !== undefined) chapters.at(-1)?.requirements.push(requirement);
  }
  return chapters.filter(({ requirements }) => requirements.length > 0);
}

export function idsOf(chapters: readonly Chapter[]): Set<string> {
  return new Set(chapters.flatMap(({ requirements }) => requirements.map(({ id }) => id)));
}

function requirementOf(line: string): Requirement | undefined {
  const [, id, clause, mustHold] = line.split('|').map((cell) => cell.trim());
  if (id === undefined || !idPattern.test(id) || clause === undefined || mustHold === undefined) return undefined;
  return { id, clause, mustHold };
}

/** What `spec/partly.md` says is missing, by ID. */
export function parseMissing(markdown: string): Map<string, string> {
  const rows = markdown.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(rows.flatMap(([, id = '', missing = '']) => (idPattern.test(id) ? [[id, missing] as const] : [])));
}

/** The IDs that a title names: `[SEA-8.2] …`, `[SEA-8.2] [GOV-auth] …`, `[SEA-8.2, GOV-auth] …`. */
export function idsInTitle(title: string): string[] {
  return [...title.matchAll(/\[([^[\]]+)\]/g)]
    .map(([, inner = '']) => inner.split(',').map((piece) => piece.trim()))
    .filter((pieces) => pieces.every((piece) => idPattern.test(piece)))
    .flat();
}
