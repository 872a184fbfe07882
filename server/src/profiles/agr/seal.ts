import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { base64Lines, base64LinesOf, base64Of } from '../../codecs/base64.ts';
import { cipherOf, newKey, type CipherName } from '../../codecs/ciphers.ts';
import { compress, compressor } from '../../codecs/compression.ts';
import type { Sealing } from '../../modules/delivery/index.ts';
import type { AgrSettings } from '../../modules/products/index.ts';
import { successHead, successTail } from './envelope.ts';

type Compression = Exclude<AgrSettings['compression'], 'none'>;

/** AGR's words are those of HTTP's codings: `Deflate` is the zlib format (decision 9). */
const codings = { Gzip: 'gzip', Deflate: 'deflate' } as const satisfies Record<Compression, string>;

/** What stands round a compressed body; the separator of its lines is a line break as JSON writes it. */
const compressedHead = '{"compressStr":"';
const compressedTail = (compression: Compression): string => `","compressionAlgorithm":"${compression}"}`;
const lineBreak = String.raw`\n`;

const encryptedHead = (cipher: CipherName): string => `${successHead}{"encType":"${cipher}","encData":"`;
const encryptedTail = (key: PresentedKey): string => `","key":"${key.key}"${key.keyAlg === undefined ? '' : `,"keyAlg":"${key.keyAlg}"`}}${successTail()}`;

/** The key as the answer carries it. */
export interface PresentedKey {
  readonly key: string;
  /** How it was wrapped; absent: as it is. */
  readonly keyAlg?: string;
}

/**
 * Seals answers as annex B prints them: the body is compressed first and encrypted then (note 1), each answer under a
 * key of its own (note 3). Answers of any size in constant memory.
 *
 * @param present how the answer carries its key: as it is, or wrapped for the holder
 */
export function sealingOf({ cipher, compression }: Pick<AgrSettings, 'cipher' | 'compression'>, present: (key: string) => PresentedKey): Sealing {
  if (cipher === 'none') {
    return {
      whole: async (body) => Buffer.concat([Buffer.from(successHead), await compressedWhole(body, compression), Buffer.from(successTail())]),
      stream: (pieces) => framed(successHead, compressedStream(pieces, compression), successTail),
    };
  }
  return {
    async whole(body) {
      const key = newKey();
      const coder = cipherOf(cipher, key);
      const content = await compressedWhole(body, compression);
      const ciphertext = Buffer.concat([coder.update(content), coder.final()]);
      return Buffer.from(encryptedHead(cipher) + ciphertext.toString('base64') + encryptedTail(present(key)), 'latin1');
    },
    stream(pieces) {
      const key = newKey();
      const presented = present(key);
      return framed(encryptedHead(cipher), base64Of(encrypted(compressedStream(pieces, compression), cipher, key)), () => encryptedTail(presented));
    },
  };
}

async function compressedWhole(body: Buffer, compression: AgrSettings['compression']): Promise<Buffer> {
  if (compression === 'none') return body;
  const text = base64Lines(await compress(codings[compression], body), lineBreak);
  return Buffer.from(compressedHead + text + compressedTail(compression), 'latin1');
}

const compressedStream = (pieces: AsyncIterable<string>, compression: AgrSettings['compression']): AsyncIterable<string> =>
  compression === 'none' ? pieces : framed(compressedHead, base64LinesOf(deflated(pieces, compression), lineBreak), () => compressedTail(compression));

/** Nothing is given before the first piece is there: what fails until then is an error and not a cut. */
async function* framed(head: string, pieces: AsyncIterable<string>, tail: () => string): AsyncGenerator<string> {
  let waiting = head;
  for await (const piece of pieces) {
    yield waiting + piece;
    waiting = '';
  }
  yield waiting + tail();
}

async function* encrypted(pieces: AsyncIterable<string>, cipher: CipherName, key: string): AsyncGenerator<Buffer> {
  const coder = cipherOf(cipher, key);
  for await (const piece of pieces) yield coder.update(piece, 'utf8');
  yield coder.final();
}

async function* deflated(pieces: AsyncIterable<string>, compression: Compression): AsyncGenerator<Buffer> {
  const coder = compressor(codings[compression]);
  const feeding = pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), coder);
  feeding.catch(() => {}); // whoever reads the coder is told
  for await (const chunk of coder) yield chunk;
}
