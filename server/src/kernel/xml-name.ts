/**
 * Names that can stand as XML elements on every face: a letter or `_` first, then also digits, `-`, `.`; letters are
 * the Latin ones up to U+00FF and the Chinese ones of U+4E00–U+9FA5. This is what all editions of XML 1.0 have in
 * common and people use: many parsers (those of Java among them) still follow the fourth edition, where most other
 * characters are not allowed in names.
 */
const letter = String.raw`A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u00FF\u3007\u4E00-\u9FA5`;
const name = new RegExp(String.raw`^[${letter}][${letter}0-9.\-]*$`, 'u');
/** Names that begin so are reserved by XML 1.0, clause 2.3. */
const reserved = /^xml/i;

/** Whether a field of that name can be sent as XML: to be checked when the field is defined. */
export const isXmlName = (text: string): boolean => name.test(text) && !reserved.test(text);
