/** MIME's line (RFC 2045, 6.8), and the bytes that fill it. */
const LINE = 76;
const LINE_BYTES = 57;

/** Base64 in lines of 76 characters with `separator` between them, as the printed sample of AGR annex B has it. */
export function base64Lines(bytes: Buffer, separator: string): string {
  const all = bytes.toString('base64');
  let text = all.slice(0, LINE);
  for (let at = LINE; at < all.length; at += LINE) text += separator + all.slice(at, at + LINE);
  return text;
}

/** The same of bytes that come in pieces. */
export async function* base64LinesOf(pieces: AsyncIterable<Buffer>, separator: string): AsyncGenerator<string> {
  let before = '';
  for await (const whole of inMultiplesOf(LINE_BYTES, pieces)) {
    yield before + base64Lines(whole, separator);
    before = separator;
  }
}

/** Base64 without lines of bytes that come in pieces. */
export async function* base64Of(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const whole of inMultiplesOf(3, pieces)) yield whole.toString('base64');
}

/** Cuts pieces anew, so that the length of each but the last is a multiple of `size`. */
async function* inMultiplesOf(size: number, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const all = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const usable = all.length - (all.length % size);
    rest = all.subarray(usable);
    if (usable > 0) yield all.subarray(0, usable);
  }
  if (rest.length > 0) yield rest;
}
