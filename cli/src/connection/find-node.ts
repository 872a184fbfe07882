import { CommandFailure } from '../failure.ts';
import { secretFile } from '../input/secrets.ts';
import type { Environment, Say } from '../language.ts';
import { Credentials, sameUrl } from './credentials.ts';
import { localNode } from './local-node.ts';

/** Which node a command speaks to, and as whom. */
export interface Place {
  readonly url: string;
  readonly token: string;
  /** How it was found, for `node status`. */
  readonly by: 'options' | 'environment' | 'operator-token' | 'login';
}

export interface PlaceOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly data?: string;
}

export const dataFolderOf = (options: PlaceOptions, env: Environment): string => options.data ?? (env['LINGQU_DATA'] || './data');

/**
 * The node: `--url`, LINGQU_URL, the one that runs on this machine, that of the newest log-in. Who asks: `--token-file`,
 * LINGQU_TOKEN; where neither is given, for a URL the log-in for it, else the operator token if it is this machine's.
 * A token that is given is the one that is used: nobody asks as operator who named himself otherwise.
 */
export async function findNode(options: PlaceOptions, env: Environment, say: Say): Promise<Place> {
  const url = options.url ?? (env['LINGQU_URL'] || undefined);
  const local = await localNode(dataFolderOf(options, env));
  const given = await givenToken(options, env, say);
  if (url !== undefined) return { url, ...(given ?? (await tokenFor(url, env, say, local))) };
  if (local !== undefined && given !== undefined) return { url: local.management, ...given };
  if (local?.token !== undefined) return { url: local.management, token: local.token, by: 'operator-token' };
  // a token that is given belongs to a node that nobody named: no other gets to see it
  const login = given === undefined ? await new Credentials(env).find(local?.management) : undefined;
  if (login !== undefined) return { url: login.url, token: login.token, by: 'login' };
  throw new CommandFailure(
    'cli.no-node',
    say(
      '找不到节点：本机请先用 npx lingqu serve 启动（或以 LINGQU_DATA 指明数据目录）；其他机器请用 npx lingqu login --url <地址> 登录，或设置 LINGQU_URL 与 LINGQU_TOKEN',
      'no node found: start one here with `npx lingqu serve` (or say where its data folder is by LINGQU_DATA); elsewhere `npx lingqu login --url <address>`, or set LINGQU_URL and LINGQU_TOKEN',
    ),
  );
}

async function givenToken({ tokenFile }: PlaceOptions, env: Environment, say: Say): Promise<Omit<Place, 'url'> | undefined> {
  if (tokenFile !== undefined) return { token: await secretFile(tokenFile, say), by: 'options' };
  const token = env['LINGQU_TOKEN'] ?? '';
  return token === '' ? undefined : { token, by: 'environment' };
}

async function tokenFor(url: string, env: Environment, say: Say, local: Awaited<ReturnType<typeof localNode>>): Promise<Omit<Place, 'url'>> {
  const login = await new Credentials(env).find(url);
  if (login !== undefined) return { token: login.token, by: 'login' };
  if (local?.token !== undefined && sameUrl(local.management, url)) return { token: local.token, by: 'operator-token' };
  throw new CommandFailure(
    'cli.no-token',
    say(`没有访问 ${url} 的令牌：请用 npx lingqu login --url ${url} 登录，或设置 LINGQU_TOKEN，或用 --token-file`, `no token for ${url}: log in with \`npx lingqu login --url ${url}\`, or set LINGQU_TOKEN, or use --token-file`),
  );
}
