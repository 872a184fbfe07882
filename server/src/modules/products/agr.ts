import Type, { type Static } from 'typebox';
import { DomainError } from '../../kernel/errors.ts';

const ciphers = ['none', 'SM4', 'AES', 'DES'] as const;
const compressions = ['none', 'Gzip', 'Deflate'] as const;

/** How a product's answers are sealed on AGR's face: annex B leaves it to the provider (notes 1 and 2; decision 9). */
export const AgrSettings = Type.Object(
  {
    cipher: Type.Enum(ciphers, {
      default: 'SM4',
      description:
        '加密算法。各算法的初始向量固定，DES 的密钥仅 56 位：DES 与固定初始向量只为互联互通保留，不构成保护 (every cipher has a fixed initial value, and DES a key of 56 bits: both are here for interoperability only)',
    }),
    compression: Type.Enum(compressions, { default: 'none', description: '先压缩，后加密 (compressed first, then encrypted)' }),
    wrapKey: Type.Boolean({
      default: false,
      description:
        '密钥以使用方公钥（SM2 或 RSA）封装后返回；否则密钥与密文同在一处，不构成保护。含敏感字段的产品一律封装，且须经 TLS (the key is wrapped with the holder’s public key; a key beside its ciphertext protects nothing. Always so for a product with sensitive fields, which needs TLS too)',
    }),
  },
  { $id: 'AgrSettings', additionalProperties: false, description: '附录 B 接口的加密与压缩设置 (AGR annex B)' },
);
export type AgrSettings = Static<typeof AgrSettings>;

interface Defined {
  readonly agr?: AgrSettings;
  readonly fields: readonly { readonly sensitive: boolean }[];
}

const defaults: AgrSettings = { cipher: 'SM4', compression: 'none', wrapKey: false };

/** What holds for a product that says nothing. */
export const agrSettingsOf = ({ agr }: Pick<Defined, 'agr'>): AgrSettings => agr ?? defaults;

/** A product of a sensitive level (decision 36). */
export const isSensitive = ({ fields }: Pick<Defined, 'fields'>): boolean => fields.some((field) => field.sensitive);

/** A key can be wrapped only where there is one. Throws `product.agr.cipher`. */
export function checkAgr(definition: Defined): void {
  const { cipher, wrapKey } = agrSettingsOf(definition);
  if (cipher !== 'none' || !(wrapKey || isSensitive(definition))) return;
  throw new DomainError(
    'invalid-definition',
    'product.agr.cipher',
    '含敏感字段或要求封装密钥的产品，agr.cipher 不能为 none：请选 SM4 或 AES (a product with sensitive fields, or whose key is to be wrapped, must be encrypted: choose SM4 or AES)',
  );
}
