import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from '../language.ts';

/** A log-in that `lingqu login` keeps: an API token for one node. */
export interface StoredLogin {
  readonly url: string;
  readonly user: string;
  readonly tokenId: string;
  readonly token: string;
}

/** `~/.config/lingqu/credentials.json`, the newest log-in first. */
export class Credentials {
  readonly path: string;

  constructor(env: Environment) {
    this.path = join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'lingqu', 'credentials.json');
  }

  /** The log-in for a node, or the newest of all. */
  async find(url?: string): Promise<StoredLogin | undefined> {
    const logins = await this.#read();
    return url === undefined ? logins[0] : logins.find((login) => sameUrl(login.url, url));
  }

  async keep(login: StoredLogin): Promise<void> {
    await this.#write([login, ...(await this.#read()).filter((each) => !sameUrl(each.url, login.url))]);
  }

  async forget(url: string): Promise<void> {
    await this.#write((await this.#read()).filter((each) => !sameUrl(each.url, url)));
  }

  async #read(): Promise<StoredLogin[]> {
    const text = await readFile(this.path, 'utf8').catch(() => '[]');
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isLogin) : [];
  }

  /** Written under another name first: another command may read it at this moment. */
  async #write(logins: readonly StoredLogin[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
    await chmod(draft, 0o600);
    await rename(draft, this.path);
  }
}

const isLogin = (value: unknown): value is StoredLogin =>
  typeof value === 'object' && value !== null && ['url', 'user', 'tokenId', 'token'].every((name) => typeof Object.entries(value).find(([key]) => key === name)?.[1] === 'string');

export const sameUrl = (one: string, other: string): boolean => one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
