import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../kernel/errors.ts';
import type { Database } from './database.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts secrets at rest (AES-256-GCM) and derives the keys of keyed masks. All replicas share one node key. */
export class NodeKey {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new DomainError('invalid-definition', 'storage.key.length', '节点密钥应为 base64url 编码的 32 字节：请检查 LINGQU_NODE_KEY 或数据文件夹中的 node.key (the node key is 32 bytes in base64url: check LINGQU_NODE_KEY, or node.key in the data folder)');
    this.#key = key;
  }

  /** `purpose` binds the text to its place: a sealed text moved elsewhere does not open. */
  seal(text: string, purpose: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.derive('seal'), iv).setAAD(Buffer.from(purpose));
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  open(sealed: string, purpose: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.derive('seal'), bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(purpose));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new DomainError('internal', 'storage.key.open', 'A secret does not open under this node key.', { cause });
    }
  }

  /** 32 bytes for one purpose; knowing them tells nothing of the node key. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, '', `lingqu:${purpose}`, KEY_BYTES));
  }

  /** What the database keeps to recognise the key, without telling it. */
  checkValue(): string {
    return createHmac('sha256', this.derive('check')).update('node key').digest('base64url');
  }

  toText(): string {
    return this.#key.toString('base64url');
  }
}

/** The key given by LINGQU_NODE_KEY, else the one in the data folder, else a new one written there (mode 0600). */
export async function loadNodeKey(folder: string, given: string | undefined): Promise<NodeKey> {
  if (given !== undefined) return new NodeKey(Buffer.from(given, 'base64url'));
  const path = join(folder, 'node.key');
  try {
    return new NodeKey(Buffer.from((await readFile(path, 'utf8')).trim(), 'base64url'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const key = new NodeKey(randomBytes(KEY_BYTES));
  await writeFile(path, `${key.toText()}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}

/** Records the key's check value at first start; afterwards a wrong key is refused (`storage.key.wrong`). */
export async function checkNodeKey(database: Database, key: NodeKey): Promise<void> {
  const check = key.checkValue();
  await database.query("INSERT INTO node (key, value) VALUES ('key_check', $1) ON CONFLICT DO NOTHING", [check]);
  const [row] = await database.query<{ value: string }>("SELECT value FROM node WHERE key = 'key_check'");
  const kept = Buffer.from(row?.value ?? '');
  if (kept.length !== check.length || !timingSafeEqual(kept, Buffer.from(check))) {
    throw new DomainError('conflict', 'storage.key.wrong', '节点密钥与数据库不符，其中的机密由另一密钥加密：请给出正确的 LINGQU_NODE_KEY，或恢复 node.key (this node key does not fit the database, whose secrets were sealed under another: give the right LINGQU_NODE_KEY, or restore node.key)');
  }
}
