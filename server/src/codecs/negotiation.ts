import Negotiator from 'negotiator';
import { DomainError } from '../kernel/errors.ts';

export const contentCodings = ['gzip', 'deflate', 'identity'] as const;
export type ContentCoding = (typeof contentCodings)[number];

/** Below this many bytes compression costs more than it saves. */
export const leastCompressed = 1024;

/** The value of Vary for answers that were negotiated with these two functions. */
export const variesBy = 'Accept, Accept-Encoding';

/** Names that the content of an answer is UTF-8, which it always is. */
const utf8Parameter = /;\s*charset\s*=\s*(?:utf-?8|"utf-?8")/gi;

/**
 * Chooses by Accept-Encoding (RFC 9110, 12.5.3) how an answer is compressed. Of codings that the caller likes
 * equally, its first is taken; gzip where it names none (`*`).
 *
 * @param header absent: `identity`, since a caller that knows compression asks for it
 * @param length the body's bytes where they are known beforehand; a small body stays as it is if the caller allows
 * @throws DomainError `not-acceptable`: none of ours, not even `identity`, is allowed
 */
export function chooseEncoding(header: string | undefined, length?: number): ContentCoding {
  if (header === undefined) return 'identity';
  const accepted = negotiate(() => new Negotiator({ headers: { 'accept-encoding': header } }).encodings([...contentCodings]));
  const best = accepted.find(isContentCoding);
  if (best === undefined) {
    throw new DomainError(
      'not-acceptable',
      'answer.encoding',
      `不支持所要求的压缩方式：请在 Accept-Encoding 中允许 gzip、deflate 或 identity (none of the codings in Accept-Encoding is offered: allow gzip, deflate or identity)`,
      { details: { available: contentCodings } },
    );
  }
  const small = length !== undefined && length < leastCompressed;
  return small && accepted.includes('identity') ? 'identity' : best;
}

/**
 * Chooses by Accept (RFC 9110, 12.5.1) among the media types that a face has.
 *
 * @param available media types without parameters, the one for callers that do not care first; never empty
 * @throws DomainError `not-acceptable` with the available types
 */
export function chooseType<T extends string>(accept: string | undefined, available: readonly [T, ...T[]]): T {
  const header = accept?.trim() ?? '';
  if (header === '') return available[0];
  const wanted = header.replaceAll(utf8Parameter, '');
  const [best] = negotiate(() => new Negotiator({ headers: { accept: wanted } }).mediaTypes(available));
  const chosen = available.find((type) => type === best);
  if (chosen !== undefined) return chosen;
  throw new DomainError(
    'not-acceptable',
    'answer.media-type',
    `不支持所要求的返回格式：请在 Accept 中选择 ${available.join('、')} (none of the types in Accept is offered: ask for ${available.join(', ')})`,
    { details: { available } },
  );
}

const isContentCoding = (text: string): text is ContentCoding => contentCodings.some((coding) => coding === text);

/** A header that cannot be read accepts nothing. */
function negotiate(ask: () => string[]): string[] {
  try {
    return ask();
  } catch {
    return [];
  }
}
