import { wireTable } from '../../codecs/forms.ts';
import { jsonArrayEncoder } from '../../codecs/json.ts';
import { wrapKey } from '../../codecs/key-wrap.ts';
import { httpStatuses } from '../../http/statuses.ts';
import { DomainError } from '../../kernel/errors.ts';
import { encryptionKey } from '../../kernel/public-key.ts';
import type { FoundCredential } from '../../modules/identity/index.ts';
import type { Call, Refusal, Rendering, Sealing } from '../../modules/delivery/index.ts';
import { agrSettingsOf, isSensitive, type ProductDefinition } from '../../modules/products/index.ts';
import { failure } from './envelope.ts';
import { agrErrors } from './errors.ts';
import { sealingOf, type PresentedKey } from './seal.ts';

/** What is sealed: `data,limit,page,total` of the printed sample, where -1 stands for "without paging" (decision 28). */
const encoder: Rendering['encoder'] = ({ page }) =>
  jsonArrayEncoder('{"data":[', ({ rows, total = rows }) => `],"limit":${page?.limit ?? -1},"page":${pageNumber(page)},"total":${total}}`);

const pageNumber = (page: Call['page']): number => (page === null ? 1 : page.offset / page.limit + 1);

const beside = (key: string): PresentedKey => ({ key });

/** A key beside its ciphertext protects nothing: products of a sensitive level ask for TLS and a wrapped key (decision 36). */
function seal(product: ProductDefinition, holder: FoundCredential, overTls: boolean): Sealing {
  const settings = agrSettingsOf(product);
  const sensitive = isSensitive(product);
  if (sensitive && !overTls) throw needsTls();
  if (!sensitive && !settings.wrapKey) return sealingOf(settings, beside);
  const publicKey = holder.publicKey === null ? undefined : encryptionKey(holder.publicKey);
  if (publicKey === undefined) throw needsPublicKey(holder);
  return sealingOf(settings, (key) => wrapKey(key, publicKey));
}

const renderingOver = (overTls: boolean): Rendering => ({
  forms: wireTable.agr.types,
  encoder,
  status: (kind) => httpStatuses[kind],
  seal: (product, holder) => seal(product, holder, overTls),
});
const clear = renderingOver(false);
const secure = renderingOver(true);

export const renderingOf = (overTls: boolean): Rendering => (overTls ? secure : clear);

/** The reason in `msg`, the mending in `dev` (decision 15). */
export function errorBody({ error, errorId }: Refusal): string {
  const { code, dev } = agrErrors[error.kind];
  return failure(code, `${error.message}（错误编号 ${errorId}）`, `${error.code}：${dev}`);
}

const needsTls = (): DomainError =>
  new DomainError('denied-by-policy', 'agr.tls', '该接口含敏感字段，须经 HTTPS 调用 (this interface has sensitive fields: call it by HTTPS)');

const needsPublicKey = ({ subjectName }: FoundCredential): DomainError =>
  new DomainError(
    'denied-by-policy',
    'agr.public-key',
    `该接口的密钥须以使用方公钥封装，而使用方“${subjectName}”未登记公钥：请向提供方登记 SM2 或 RSA 公钥 (the key of this interface is wrapped with the holder’s public key, and none is registered: have an SM2 or RSA key registered)`,
  );
