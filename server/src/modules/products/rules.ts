import { DomainError } from '../../kernel/errors.ts';
import type { ProductDefinition } from './model.ts';

/** The class word that ends a name (GOV-name, after DB37/T 3522—2019). */
export const classWords: Readonly<Record<ProductDefinition['serviceClass'], string>> = {
  query: '查询',
  verify: '核验',
  transfer: '传输',
  download: '下载',
  other: '其他',
};

/**
 * GOV-name: a service interface is named provider + resource + class, without blanks or punctuation:
 * `深圳市海洋发展研究促进中心` + `海洋潮位观测数据` + `查询`.
 */
export function checkName(definition: ProductDefinition): void {
  const { name, provider, serviceClass } = definition;
  const word = classWords[serviceClass];
  const faults = [
    ...(name.startsWith(provider.name) ? [] : [`应以提供方名称“${provider.name}”开头 (must begin with the provider's name)`]),
    ...(name.endsWith(word) ? [] : [`应以类别词“${word}”结尾 (must end with the class word of ${serviceClass})`]),
    ...(name.length > provider.name.length + word.length ? [] : ['提供方与类别词之间应有数据资源名称 (must name the resource in between)']),
    ...(/^[\p{L}\p{N}（）()—-]+$/u.test(name) ? [] : ['只能含文字、数字、括号和连接号 (letters, digits, brackets and dashes only)']),
  ];
  if (faults.length > 0) {
    throw new DomainError('invalid-definition', 'product.name.rule', `服务接口名称“${name}”不合规则（提供方 + 数据资源 + 类别）：${faults.join('；')}`, { details: { faults } });
  }
}

/**
 * GOV-code: `s_<provider code>_<sequence>` as the node makes it, or a short code of letters and digits such as SEA's
 * `cwgcsssj`. Both stand in the path of every face, so both are lower-case, and unique together.
 */
export function checkCode(code: string, provider: { code: string }): void {
  if (!code.startsWith('s_')) {
    if (/^[a-z][a-z0-9]{2,31}$/.test(code)) return;
    throw codeFault(code, '简码须为 3 至 32 位小写字母或数字，以字母开头 (a short code has 3 to 32 lower-case letters or digits and begins with a letter)');
  }
  const match = /^s_([0-9a-z]{2,18})_([0-9]{1,9})$/.exec(code);
  if (match === null) throw codeFault(code, '应为 s_提供方代码_顺序号，如 s_440300_1 (must be s_<provider code>_<sequence>)');
  if (match[1] !== provider.code.toLowerCase()) throw codeFault(code, `提供方代码应为 ${provider.code.toLowerCase()} (the provider's code must stand in it)`);
}

const codeFault = (code: string, why: string): DomainError =>
  new DomainError('invalid-definition', 'product.code.rule', `服务接口编码“${code}”不合规则：${why}`, { details: { code } });
