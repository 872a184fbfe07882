import { all, done, got, gotVersion, LingquProblem, type Client } from '@lingqu/client';
import { Argument, type Command } from 'commander';
import { withSession, type LogInOptions } from '../connection/session.ts';
import type { Context } from '../context.ts';
import { oneOf } from '../input/options.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';
import { logInUrl } from './login.ts';

const roles = ['manager', 'provider', 'consumer', 'auditor'] as const;
type Role = (typeof roles)[number];

export function userCommands(program: Command, context: Context): void {
  const { say } = context;
  const user = program.command('user').description(say('用户', 'people'));
  user
    .command('add <name>')
    .description(say('添加用户，显示一次性密码', 'add a user; shows the one-time password'))
    .requiredOption(`--role <${roles.join('|')}>`, say('角色：管理、提供、使用、审计', 'role'), oneOf(roles))
    .option('--display-name <text>', say('姓名', 'display name'))
    .action((name: string, options: { role: Role; displayName?: string }) => add(context, name, options));
  user.command('list').description(say('列出用户', 'list users')).action(() => list(context));
  user.command('reset <user>').description(say('重置为一次性密码', 'give a new one-time password')).action((name: string) => reset(context, name));
  user.command('disable <user>').description(say('停用', 'disable')).action((name: string) => change(context, name, { disabled: true }));
  user.command('enable <user>').description(say('启用', 'enable')).action((name: string) => change(context, name, { disabled: false }));
  user.command('unlock <user>').description(say('解除锁定', 'end a lock-out')).action((name: string) => unlock(context, name));
  user
    .command('role <user>')
    .addArgument(new Argument(`<${roles.join('|')}>`, say('角色', 'role')).argParser(oneOf(roles)))
    .description(say('更改角色', 'give another role'))
    .action((name: string, role: Role) => change(context, name, { role }));
  user
    .command('password')
    .description(say('修改自己的密码', 'change one’s own password'))
    .option('--user <name>', say('登录名', 'name'))
    .option('--password-stdin', say('从标准输入读密码，第二行为新密码', 'read the password from stdin, and on the second line the new one'))
    .action((options: LogInOptions) => changeOwnPassword(context, options));
}

async function add(context: Context, name: string, { role, displayName = name }: { role: Role; displayName?: string }): Promise<void> {
  const api = await context.client();
  tellPassword(context, await got(api.POST('/api/v1/users', { body: { name, displayName, role } })));
}

function tellPassword({ out, say }: Context, made: { readonly user: { readonly name: string }; readonly oneTimePassword: string }): void {
  out.show(made, () => made.oneTimePassword);
  out.note(say(`以上是 ${made.user.name} 的一次性密码，仅显示一次，首次登录须修改`, `this is the one-time password of ${made.user.name}: shown once, to be changed at the first log-in`));
}

async function list({ client, out, say }: Context): Promise<void> {
  const users = await Array.fromAsync(everybody(await client()));
  out.show(users, () =>
    tableOf(
      users,
      [
        [say('登录名', 'name'), (each) => each.name],
        [say('姓名', 'display name'), (each) => each.displayName],
        [say('角色', 'role'), (each) => each.role],
        [say('状态', 'state'), (each) => (each.disabled ? say('停用', 'disabled') : each.mustChange ? say('待改密码', 'password to be changed') : say('启用', 'enabled'))],
        [say('锁定至', 'locked until'), (each) => timeText(each.lockedUntil)],
      ],
      say('没有用户', 'no users'),
    ),
  );
}

const everybody = (api: Client) => all((query) => got(api.GET('/api/v1/users', { params: { query } })));

/** People type names; the API knows IDs. */
async function idOf(api: Client, { say }: Context, name: string): Promise<string> {
  for await (const user of everybody(api)) if (user.name === name || user.id === name) return user.id;
  throw new LingquProblem({ code: 'identity.user.unknown', status: 404, detail: say(`没有用户 ${name}，请用 npx lingqu user list 查看`, `no user ${name}: see npx lingqu user list`) });
}

/** A user with the version that a change must name. */
async function one(api: Client, context: Context, name: string) {
  const id = await idOf(api, context, name);
  return gotVersion(api.GET('/api/v1/users/{id}', { params: { path: { id } } }));
}

async function reset(context: Context, name: string): Promise<void> {
  const api = await context.client();
  const { value, etag } = await one(api, context, name);
  tellPassword(context, await got(api.POST('/api/v1/users/{id}/password-reset', { params: { path: { id: value.id } }, headers: { 'if-match': etag } })));
}

async function change(context: Context, name: string, changes: { disabled: boolean } | { role: Role }): Promise<void> {
  const api = await context.client();
  const { value, etag } = await one(api, context, name);
  const user = await got(api.PATCH('/api/v1/users/{id}', { params: { path: { id: value.id } }, headers: { 'if-match': etag }, body: changes }));
  context.out.show(user, () => context.say(`用户 ${user.name} 已修改`, `user ${user.name} changed`));
}

async function changeOwnPassword(context: Context, options: LogInOptions): Promise<void> {
  const name = await withSession(context, await logInUrl(context), options, async ({ user, changePassword }) => {
    await changePassword();
    return user;
  });
  context.out.show({ changed: name }, () => context.say(`${name} 的密码已修改`, `the password of ${name} is changed`));
}

async function unlock(context: Context, name: string): Promise<void> {
  const api = await context.client();
  const id = await idOf(api, context, name);
  await done(api.POST('/api/v1/users/{id}/unlock', { params: { path: { id } } }));
  context.out.show({ unlocked: name }, () => context.say(`用户 ${name} 已解除锁定`, `user ${name} is unlocked`));
}
