/** Encodings of text that are read, under the names that IANA has for them; GB 2312 and GBK are parts of GB 18030. */
const readable: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'utf-16', 'utf-16le', 'utf-16be', 'gb18030', 'gbk', 'gb2312']);

/** @param encoding in lower case */
export const isReadableEncoding = (encoding: string): boolean => readable.has(encoding);

/** What a byte order mark says. */
export function markedEncoding(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** What a media type says. */
export const charsetOf = (contentType: string): string | undefined => /;\s*charset="?([\w.-]+)/i.exec(contentType)?.[1]?.toLowerCase();
