import { DomainError, type ErrorDetails } from '../../kernel/errors.ts';
import { showTime } from '../../kernel/clock.ts';

/** One answer for an unknown user, a wrong password and a disabled user. */
export const wrongCredentials = (): DomainError =>
  new DomainError('unauthenticated', 'identity.log-in.wrong', '用户名或密码错误 (wrong user name or password)');

export const lockedOut = (until: Date): DomainError =>
  new DomainError(
    'locked',
    'identity.log-in.locked',
    `登录失败次数过多，已锁定至 ${showTime(until)}，请届时再试 (too many failures: locked until ${until.toISOString()}, try again then)`,
    { details: { until: until.toISOString() } },
  );

export const unknownSession = (): DomainError =>
  new DomainError('unauthenticated', 'identity.session.unknown', '会话不存在或已结束，请重新登录 (no such session, or it has ended: log in again)');

export const wrongCsrf = (): DomainError =>
  new DomainError('forbidden', 'identity.session.csrf', '请求缺少有效的防跨站令牌，请刷新页面 (CSRF token missing or wrong: reload the page)');

export const mustChangePassword = (): DomainError =>
  new DomainError('forbidden', 'identity.password.must-change', '须先修改密码才能进行其他操作 (the password must be changed before anything else)');

export const roleForbids = (right: string): DomainError =>
  new DomainError('forbidden', 'identity.role.forbidden', '您的角色无权进行此操作，请联系管理者 (your role may not do this: ask a manager)', { details: { right } });

export const scopeMissing = (right: string, scopes: readonly string[]): DomainError =>
  new DomainError(
    'forbidden',
    'identity.scope.missing',
    `令牌缺少所需范围，请使用含 ${scopes.join(' 或 ')} 范围的令牌 (the token lacks a scope: use one with ${scopes.join(' or ')})`,
    { details: { right, scopes } },
  );

/** What is not one's own is answered like what does not exist. */
export const notFound = (what: 'user' | 'token' | 'subject' | 'credential'): DomainError =>
  new DomainError('not-found', `identity.${what}.unknown`, `${names[what]}不存在 (no such ${what})`);

const names = { user: '用户', token: '令牌', subject: '使用方', credential: '凭证' } as const;

export const changedMeanwhile = (what: 'user' | 'subject', version: number): DomainError =>
  new DomainError(
    'precondition-failed',
    `identity.${what}.changed`,
    `${names[what]}已被他人修改，请重新读取后再改 (the ${what} was changed meanwhile: read it again, then change it)`,
    { details: { version } },
  );

export const nameTaken = (what: 'user' | 'subject', name: string): DomainError =>
  new DomainError('conflict', `identity.${what}.name-taken`, `名称已被使用，请换一个 (the name is taken: choose another)`, { details: { name } });

export const invalid = (code: string, message: string, details: ErrorDetails = {}): DomainError =>
  new DomainError('invalid-parameter', code, message, { details });

export const conflict = (code: string, message: string, details: ErrorDetails = {}): DomainError =>
  new DomainError('conflict', code, message, { details });
