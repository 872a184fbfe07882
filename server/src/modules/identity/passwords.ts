import { newSecret } from '../../kernel/ids.ts';
import { DomainError } from '../../kernel/errors.ts';
import { hashPassword } from './hashing.ts';

/** The rules for passwords, log-in and sessions. */
export interface PasswordProfile {
  readonly name: string;
  /** In characters (code points). */
  readonly minLength: number;
  readonly maxLength: number;
  /** How many of the four classes (lower case, upper case, digits, others) must occur. */
  readonly minClasses: number;
  /** The new password must differ from this many last ones, the present one counted. */
  readonly history: number;
  /** Days after which it must be changed. */
  readonly maxAgeDays: number;
  /** Failures in a row that lock the name … */
  readonly maxFailures: number;
  /** … for so many minutes; after so many minutes without a try, failures are forgotten. */
  readonly lockMinutes: number;
  readonly idleMinutes: number;
  readonly sessionHours: number;
}

/** The usual settings of protection level 3 (等级保护三级). */
export const mlps3: PasswordProfile = Object.freeze({
  name: 'mlps3',
  minLength: 10,
  maxLength: 128,
  minClasses: 3,
  history: 5,
  maxAgeDays: 90,
  maxFailures: 5,
  lockMinutes: 30,
  idleMinutes: 10,
  sessionHours: 8,
});

interface Rule {
  readonly code: string;
  readonly broken: (password: string, userName: string, profile: PasswordProfile) => boolean;
  readonly message: (profile: PasswordProfile) => string;
}

const rules: readonly Rule[] = [
  {
    code: 'identity.password.short',
    broken: (password, _, { minLength }) => [...password].length < minLength,
    message: ({ minLength }) => `密码太短：至少 ${minLength} 个字符 (password too short: at least ${minLength} characters)`,
  },
  {
    code: 'identity.password.long',
    broken: (password, _, { maxLength }) => [...password].length > maxLength,
    message: ({ maxLength }) => `密码太长：最多 ${maxLength} 个字符 (password too long: at most ${maxLength} characters)`,
  },
  {
    code: 'identity.password.classes',
    broken: (password, _, { minClasses }) => classesOf(password) < minClasses,
    message: ({ minClasses }) =>
      `密码过于简单：须含小写字母、大写字母、数字、其他字符中的至少 ${minClasses} 类 (password too simple: use at least ${minClasses} of lower case, upper case, digits and other characters)`,
  },
  {
    code: 'identity.password.name',
    broken: (password, userName) => password.toLowerCase().includes(userName.toLowerCase()),
    message: () => '密码不得包含用户名 (the password must not contain the user name)',
  },
  {
    code: 'identity.password.control',
    broken: (password) => /[\p{Cc}\p{Cs}]/u.test(password),
    message: () => '密码不得含控制字符 (the password must not contain control characters)',
  },
];

const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];
const classesOf = (password: string): number => classes.filter((pattern) => pattern.test(password)).length;

/** The rules that a new password breaks, each with its own message; empty when it is good. History is not looked at. */
export function passwordProblems(password: string, userName: string, profile: PasswordProfile = mlps3): { code: string; message: string }[] {
  const normal = password.normalize('NFKC');
  return rules.filter((rule) => rule.broken(normal, userName, profile)).map((rule) => ({ code: rule.code, message: rule.message(profile) }));
}

/** Throws the first broken rule by its own code; `details.rules` names all of them. */
export function assertPassword(password: string, userName: string, profile: PasswordProfile): void {
  const problems = passwordProblems(password, userName, profile);
  const [first] = problems;
  if (first === undefined) return;
  throw new DomainError('invalid-parameter', first.code, problems.map((problem) => problem.message).join('；'), {
    details: { rules: problems.map((problem) => problem.code) },
  });
}

export const usedBefore = (profile: PasswordProfile): DomainError =>
  new DomainError(
    'invalid-parameter',
    'identity.password.history',
    `新密码不得与最近 ${profile.history} 次使用的密码相同 (the new password must differ from the last ${profile.history})`,
    { details: { rules: ['identity.password.history'] } },
  );

/** A password that its holder must change at log-in, with its hash: made before the transaction that stores it, as hashing is slow. */
export interface OneTimePassword {
  readonly text: string;
  readonly hash: string;
}

export async function newOneTimePassword(): Promise<OneTimePassword> {
  const text = newSecret(16);
  return { text, hash: await hashPassword(text) };
}
