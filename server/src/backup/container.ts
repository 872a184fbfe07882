import { createCipheriv, createDecipheriv, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { DomainError } from '../kernel/errors.ts';
import { damaged } from './errors.ts';

/**
 * The file: one line of JSON in clear, then pieces of CHUNK bytes (the last one shorter), each sealed by AES-256-GCM
 * under a key that scrypt makes of the passphrase and the file's own salt. A piece's nonce is its number and whether it
 * is the last, and the first line is authenticated with every piece: what was changed, moved, cut off or added does not
 * open.
 */
const FORMAT = 'lingqu-backup';
const VERSION = 1;
const CHUNK = 64 * 1024;
const TAG = 16;
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 2 ** 20 };
const LEAST_PASSPHRASE = 10;
const LONGEST_HEAD = 1000;

const Head = Type.Object({ format: Type.Literal(FORMAT), version: Type.Integer(), salt: Type.String(), check: Type.String() });
const schema = Compile(Head);

interface Keys {
  readonly seal: Buffer;
  /** What the first line keeps to recognise the passphrase, without telling it. */
  readonly check: string;
}

const derive = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt);

async function keysOf(passphrase: string, salt: Buffer): Promise<Keys> {
  const bytes = await derive(passphrase.normalize('NFC'), salt, 64, COST);
  return { seal: bytes.subarray(0, 32), check: createHmac('sha256', bytes.subarray(32)).update(FORMAT).digest('base64url') };
}

/** Throws `backup.passphrase.short`. */
export function checkPassphrase(passphrase: string): void {
  if ([...passphrase].length >= LEAST_PASSPHRASE) return;
  throw new DomainError('invalid-parameter', 'backup.passphrase.short', `口令太短：至少 ${LEAST_PASSPHRASE} 个字符 (the passphrase is too short: at least ${LEAST_PASSPHRASE} characters)`);
}

/** Seals a stream. */
export async function* sealed(plain: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const salt = randomBytes(32);
  const keys = await keysOf(passphrase, salt);
  const head = Buffer.from(`${JSON.stringify({ format: FORMAT, version: VERSION, salt: salt.toString('base64url'), check: keys.check })}\n`);
  yield head;
  let number = 0;
  for await (const { bytes, last } of piecesOf(plain, CHUNK)) {
    const cipher = createCipheriv('aes-256-gcm', keys.seal, nonceOf(number, last)).setAAD(head);
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

/** Opens it again. Throws `backup.format`, `backup.version`, `backup.passphrase.wrong`, `backup.damaged`. */
export async function* opened(file: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const { head, rest } = await splitHead(file);
  const { salt, check } = readHead(head);
  const keys = await keysOf(passphrase, Buffer.from(salt, 'base64url'));
  if (!same(keys.check, check)) throw new DomainError('invalid-parameter', 'backup.passphrase.wrong', '口令不对 (wrong passphrase)');
  let number = 0;
  for await (const { bytes, last } of piecesOf(rest, CHUNK + TAG)) {
    if (bytes.length < TAG) throw damaged();
    const decipher = createDecipheriv('aes-256-gcm', keys.seal, nonceOf(number, last)).setAAD(head).setAuthTag(bytes.subarray(-TAG));
    const plain = decipher.update(bytes.subarray(0, -TAG));
    try {
      decipher.final();
    } catch (cause) {
      throw damaged(cause);
    }
    yield plain;
    number += 1;
  }
}

function readHead(head: Buffer): { salt: string; check: string } {
  const value = parsed(head);
  if (!schema.Check(value)) throw notABackup();
  if (value.version !== VERSION) {
    throw new DomainError('conflict', 'backup.version', `备份文件的格式版本为 ${value.version}，本程序只识别 ${VERSION} (the file is of a newer format: use the newer program)`);
  }
  return value;
}

const notABackup = (): DomainError => new DomainError('malformed-request', 'backup.format', '不是灵渠的备份文件 (not a back-up of Lingqu)');

function parsed(head: Buffer): unknown {
  try {
    return JSON.parse(head.toString('utf8'));
  } catch {
    return undefined;
  }
}

const same = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

/** 12 bytes; the key is the file's own, so that numbers from 0 never meet twice. */
function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 3);
  nonce.writeUInt8(last ? 1 : 0, 11);
  return nonce;
}

interface Piece {
  readonly bytes: Buffer;
  readonly last: boolean;
}

/** Pieces of exactly `size` bytes; the last one, of 1 to `size`, or of none in an empty stream, is known as such. */
async function* piecesOf(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Piece> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length > size) {
      yield { bytes: held.subarray(0, size), last: false };
      held = held.subarray(size);
    }
  }
  yield { bytes: held, last: true };
}

/** The first line with its line feed, and what follows it. */
async function splitHead(file: AsyncIterable<Buffer>): Promise<{ head: Buffer; rest: AsyncIterable<Buffer> }> {
  const chunks = file[Symbol.asyncIterator]();
  let seen: Buffer = Buffer.alloc(0);
  while (!seen.includes(0x0a)) {
    const { done, value } = await chunks.next();
    if (done === true || seen.length > LONGEST_HEAD) throw notABackup();
    seen = Buffer.concat([seen, value]);
  }
  const end = seen.indexOf(0x0a) + 1;
  return { head: seen.subarray(0, end), rest: following(seen.subarray(end), chunks) };
}

async function* following(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}
