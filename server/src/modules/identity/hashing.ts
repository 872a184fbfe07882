import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { DomainError } from '../../kernel/errors.ts';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** OWASP's equivalent of N=2^17, p=1 with a quarter of the memory: 32 MiB a hash. */
const current = { ln: 15, r: 8, p: 3 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const MEMORY = 256 << 20;

/** A flood of log-ins must neither exhaust the memory nor take all of libuv's four threads. */
const PARALLEL = 2;
const WAITING = 64;

let running = 0;
const queue: (() => void)[] = [];

/** Throws `identity.log-in.busy` when as many hashes are waiting as may. */
export function assertHashingRoom(): void {
  if (queue.length >= WAITING) {
    throw new DomainError('busy', 'identity.log-in.busy', '登录请求过多，请稍后再试 (too many log-ins at once: try again shortly)');
  }
}

async function limited<T>(work: () => Promise<T>): Promise<T> {
  assertHashingRoom();
  // A slot is handed over by the one who leaves; only a free one is counted anew.
  if (running >= PARALLEL) await new Promise<void>((resolve) => queue.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

const scryptOf = (password: string, salt: Buffer, { ln, r, p }: { ln: number; r: number; p: number }): Promise<Buffer> =>
  limited(() => derive(password.normalize('NFKC'), salt, HASH_BYTES, { N: 2 ** ln, r, p, maxmem: MEMORY }));

/** The hash of a password as PHC text: `$scrypt$ln=15,r=8,p=3$salt$hash`. Never call it inside a transaction: it is slow by design. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await scryptOf(password, salt, current);
  return `$scrypt$ln=${current.ln},r=${current.r},p=${current.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

const phc = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/**
 * Whether the password is the one that was hashed. Without a stored hash (unknown user) the same work is done in vain,
 * so that the time does not tell which users exist.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  if (stored === undefined) {
    await scryptOf(password, Buffer.alloc(SALT_BYTES), current);
    return false;
  }
  const [, ln, r, p, salt, hash] = phc.exec(stored) ?? [];
  if (ln === undefined || r === undefined || p === undefined || salt === undefined || hash === undefined) {
    throw new DomainError('internal', 'identity.password.hash', 'A stored password hash is not readable.');
  }
  const expected = Buffer.from(hash, 'base64');
  const found = await scryptOf(password, Buffer.from(salt, 'base64'), { ln: Number(ln), r: Number(r), p: Number(p) });
  return expected.length === found.length && timingSafeEqual(expected, found);
}
