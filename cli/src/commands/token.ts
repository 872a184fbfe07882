import { all, got } from '@lingqu/client';
import type { Command } from 'commander';
import { withSession, type LogInOptions, type Scope } from '../connection/session.ts';
import type { Context } from '../context.ts';
import { usageFailure } from '../failure.ts';
import { commaList } from '../input/options.ts';
import { instantOf } from '../input/times.ts';
import { tableOf } from '../output/table.ts';
import { timeText } from '../output/text.ts';
import { logInUrl } from './login.ts';

interface CreateOptions extends LogInOptions {
  readonly scopes?: string[];
  readonly expires?: string;
}

export function tokenCommands(program: Command, context: Context): void {
  const { say } = context;
  const token = program.command('token').description(say('自己的 API 令牌', 'one’s own API tokens'));
  token
    .command('create <name>')
    .description(say('创建令牌，仅显示一次（须以密码登录：令牌不能创建令牌）', 'make a token, shown once (asks for the password: a token makes no tokens)'))
    .option('--scopes <list>', say('范围，以逗号分隔：read、operate、journal、users（默认为角色的全部）', 'scopes, by commas: read, operate, journal, users (all of the role by default)'), commaList)
    .option('--expires <time>', say('失效时间（默认 90 天）', 'end of validity (90 days by default)'))
    .option('--user <name>', say('登录名', 'name'))
    .option('--password-stdin', say('从标准输入读密码', 'read the password from stdin'))
    .action((name: string, options: CreateOptions) => create(context, name, options));
  token.command('list').description(say('列出令牌', 'list tokens')).action(() => list(context));
  token.command('revoke <id>').description(say('吊销令牌', 'revoke a token')).action((id: string) => revoke(context, id));
}

const isScope = (word: string): word is Scope => ['read', 'operate', 'journal', 'users'].includes(word);

async function create(context: Context, name: string, options: CreateOptions): Promise<void> {
  const { out, say } = context;
  const unknown = options.scopes?.filter((word) => !isScope(word)) ?? [];
  if (unknown.length > 0) throw usageFailure(say(`没有范围 ${unknown.join('、')}`, `no scope ${unknown.join(', ')}`));
  const expiry = options.expires === undefined ? {} : { expiresAt: instantOf(options.expires, say) };
  const made = await withSession(context, await logInUrl(context), options, ({ api, scopes }) =>
    got(api.POST('/api/v1/tokens', { body: { name, scopes: options.scopes?.filter(isScope) ?? [...scopes], ...expiry } })),
  );
  out.show(made, () => made.token);
  out.note(say('请妥善保存：令牌不再显示', 'keep it safe: the token is not shown again'));
}

async function list({ client, out, say }: Context): Promise<void> {
  const api = await client();
  const items = await Array.fromAsync(all((query) => got(api.GET('/api/v1/tokens', { params: { query } }))));
  out.show(items, () =>
    tableOf(
      items,
      [
        [say('编号', 'ID'), (each) => each.id],
        [say('名称', 'name'), (each) => each.name],
        [say('末四位', 'ends in'), (each) => each.hint],
        [say('范围', 'scopes'), (each) => each.scopes.join(', ')],
        [say('失效', 'until'), (each) => timeText(each.expiresAt)],
        [say('吊销', 'revoked'), (each) => timeText(each.revokedAt)],
      ],
      say('没有令牌', 'no tokens'),
    ),
  );
}

async function revoke({ client, out, say }: Context, id: string): Promise<void> {
  const revoked = await got((await client()).DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
  out.show(revoked, () => say(`令牌 ${revoked.name} 已吊销`, `token ${revoked.name} revoked`));
}
