const VALUE_LENGTH = 200;
const NAME_LENGTH = 64;
const TOTAL_LENGTH = 4_000;
const HIDDEN = '***';

/** Names whose values are secrets whatever the product says of them; compared without case, `-`, `_`, `.` and blanks. */
const secret = /appkey|applykey|accesskey|apikey|token|passw|pwd|vsftpd|secret|credential|authoriz|authcode|cookie|session|signature|^(?:sign|rid|key)$/;

const judged = new Map<string, boolean>();
const MOST_JUDGED = 10_000;

/** The same few names come with every call: what was found is kept. */
function isSecret(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const found = secret.test(name.toLowerCase().replaceAll(/[-_.\s]/g, ''));
  if (judged.size < MOST_JUDGED) judged.set(name, found);
  return found;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * The parameters of a call as the `details` of its record: JSON text. Values of sensitive parameters and of every
 * parameter with the name of a secret are `***`; longer values than 200 characters are cut and end in `…`. What goes
 * beyond 4,000 characters together is left out and counted under `…`. `sensitive` is compared without case.
 */
export function redactParameters(parameters: Readonly<Record<string, string>>, sensitive: ReadonlySet<string>): string {
  const hidden = sensitive.size === 0 ? nothing : new Set([...sensitive].map((name) => name.toLowerCase()));
  const names = Object.keys(parameters);
  const parts: string[] = [];
  let length = 0;
  for (const name of names) {
    const value = hidden.has(name.toLowerCase()) || isSecret(name) ? HIDDEN : cut(parameters[name] ?? '', VALUE_LENGTH);
    const part = `${JSON.stringify(cut(name, NAME_LENGTH))}:${JSON.stringify(value)}`;
    length += part.length + 1;
    if (length > TOTAL_LENGTH) break;
    parts.push(part);
  }
  if (parts.length < names.length) parts.push(`"…":"${names.length - parts.length}"`);
  return `{${parts.join(',')}}`;
}

/** Never between the halves of a character beyond the basic plane. */
const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length).toWellFormed().replace(/\uFFFD$/, '')}…`);
