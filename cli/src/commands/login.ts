import { createClient, got, LingquProblem } from '@lingqu/client';
import type { Command } from 'commander';
import { hostname } from 'node:os';
import { Credentials } from '../connection/credentials.ts';
import { dataFolderOf } from '../connection/find-node.ts';
import { localNode } from '../connection/local-node.ts';
import { withSession, type LogInOptions } from '../connection/session.ts';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';

export function loginCommands(program: Command, context: Context): void {
  const { say } = context;
  program
    .command('login')
    .description(say('登录，并把 API 令牌存于 ~/.config/lingqu/credentials.json', 'log in, and keep an API token in ~/.config/lingqu/credentials.json'))
    .option('--user <name>', say('登录名', 'name'))
    .option('--password-stdin', say('从标准输入读密码；须改密码时第二行为新密码', 'read the password from stdin; where it must be changed, the second line is the new one'))
    .action((options: LogInOptions) => logIn(context, options));
  program.command('logout').description(say('吊销并删除保存的令牌', 'revoke the kept token and forget it')).action(() => logOut(context));
}

/** Where a person logs in: what was given, else the node of this machine. */
export async function logInUrl({ env, options, say }: Context): Promise<string> {
  const url = options().url ?? (env['LINGQU_URL'] || undefined) ?? (await localNode(dataFolderOf(options(), env)))?.management;
  if (url !== undefined) return url;
  throw usageFailure(say('请用 --url 指明节点管理地址', 'say where the node’s management listener is: --url'));
}

async function logIn(context: Context, options: LogInOptions): Promise<void> {
  const url = await logInUrl(context);
  const credentials = new Credentials(context.env);
  const login = await withSession(context, url, options, async ({ api, user, scopes }) => {
    const { token, about } = await got(api.POST('/api/v1/tokens', { body: { name: `lingqu@${hostname()}`.slice(0, 100), scopes: [...scopes] } }));
    await credentials.keep({ url, user, tokenId: about.id, token });
    return { url, user, expiresAt: about.expiresAt, path: credentials.path };
  });
  context.out.show(login, () => context.say(`已以 ${login.user} 登录 ${url}，令牌存于 ${login.path}`, `logged in to ${url} as ${login.user}; the token is kept in ${login.path}`));
}

async function logOut({ env, options, out, say }: Context): Promise<void> {
  const credentials = new Credentials(env);
  const login = await credentials.find(options().url ?? (env['LINGQU_URL'] || undefined));
  if (login === undefined) {
    out.show({ loggedOut: null }, () => say('没有保存的登录', 'no log-in is kept'));
    return;
  }
  const revoked = await revoke(login);
  await credentials.forget(login.url);
  out.show({ loggedOut: login.url, revoked }, () => say(`已登出 ${login.url}`, `logged out of ${login.url}`));
  if (!revoked) out.note(say('节点未能吊销令牌，请稍后用 npx lingqu token revoke 吊销', 'the node could not revoke the token: revoke it later by npx lingqu token revoke'));
}

/** A token that the node no longer knows is as good as revoked. */
async function revoke({ url, token, tokenId }: { readonly url: string; readonly token: string; readonly tokenId: string }): Promise<boolean> {
  try {
    await got(createClient({ url, token }).DELETE('/api/v1/tokens/{id}', { params: { path: { id: tokenId } } }));
    return true;
  } catch (error) {
    if (!(error instanceof LingquProblem)) throw error;
    return error.status === 401 || error.status === 404;
  }
}
