import { createClient, done, got, LingquProblem, type Client } from '@lingqu/client';
import type { Context } from '../context.ts';
import { CommandFailure, usageFailure } from '../failure.ts';

export interface LogInOptions {
  readonly user?: string;
  /** The password, and after it the new one where it must be changed, come by stdin, a line each. */
  readonly passwordStdin?: boolean;
}

/** Which scopes a token of each role may hold; the node has the last word. */
const scopesOfRole = {
  manager: ['read', 'operate', 'journal', 'users'],
  provider: ['read', 'operate'],
  consumer: ['read', 'operate'],
  auditor: ['journal'],
} as const;
export type Scope = (typeof scopesOfRole)['manager'][number];

export interface LoggedIn {
  readonly api: Client;
  readonly user: string;
  /** All that the user's role may hold. */
  readonly scopes: readonly Scope[];
  /** Changes the password, unless that was done on the way in. */
  readonly changePassword: () => Promise<void>;
}

/** Does something as a person who logs in for it, and logs out again. A one-time password is changed on the way. */
export async function withSession<T>(context: Context, url: string, options: LogInOptions, work: (session: LoggedIn) => Promise<T>): Promise<T> {
  const { input, say } = context;
  if (options.user === undefined && options.passwordStdin === true) throw usageFailure(say('--password-stdin 须与 --user 同用', '--password-stdin needs --user'));
  const name = options.user ?? (await input.ask(say('登录名', 'name')));
  const password = await input.secret(options.passwordStdin, say('密码', 'password'));
  const { data, response } = await createClient({ url }).POST('/api/v1/session', { body: { name, password } });
  const cookie = response.headers.getSetCookie().map((each) => each.split(';', 1)[0]).join('; ');
  if (data === undefined) throw new LingquProblem({ code: 'client.empty', status: response.status, detail: say('节点的回答没有内容', 'the node answered without content') });
  const api = createClient({ url, session: { cookie, csrfToken: data.csrfToken } });
  try {
    if (data.mustChange) {
      context.out.note(say('须先修改密码', 'the password must be changed first'));
      await changePassword(api, context, options, password);
    }
    const changeOnce = async (): Promise<void> => (data.mustChange ? undefined : changePassword(api, context, options, password));
    return await work({ api, user: data.user.name, scopes: scopesOfRole[data.user.role], changePassword: changeOnce });
  } finally {
    await done(api.DELETE('/api/v1/session')).catch(() => {}); // it ends by itself before long
  }
}

async function changePassword(api: Client, { input, say }: Context, { passwordStdin }: LogInOptions, current: string): Promise<void> {
  const next = await input.secret(passwordStdin, say('新密码', 'new password'));
  if (passwordStdin !== true && next !== (await input.secret(false, say('再次输入新密码', 'new password again')))) {
    throw new CommandFailure('cli.password.differs', say('两次输入的新密码不同，请重试', 'the two new passwords differ: try again'));
  }
  await got(api.POST('/api/v1/session/password', { body: { current, next } }));
}
