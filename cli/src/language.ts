export type Environment = Readonly<Record<string, string | undefined>>;

/** The words of the language that the person reads. */
export type Say = (chinese: string, english: string) => string;

/** Chinese, unless `--lang`, LINGQU_LANG or LANG asks for English, in this order. */
export function languageOf(args: readonly string[], env: Environment): 'zh' | 'en' {
  const wish = optionOf(args, '--lang') ?? env['LINGQU_LANG'] ?? env['LANG'] ?? '';
  return wish.toLowerCase().startsWith('en') ? 'en' : 'zh';
}

export const sayIn = (language: 'zh' | 'en'): Say => (chinese, english) => (language === 'en' ? english : chinese);

function optionOf(args: readonly string[], name: string): string | undefined {
  const index = args.findIndex((each) => each === name || each.startsWith(`${name}=`));
  const found = args[index];
  if (found === undefined) return undefined;
  return found === name ? args[index + 1] : found.slice(name.length + 1);
}
