import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeAgr, LingquProblem } from '../../client/src/index.ts';
import { agr, agrQuery, agrUrl } from './support/agr.ts';
import { configFile, listenersOf } from './support/config-file.ts';
import { openByGuide } from './support/guide.ts';
import type { Json } from './support/management.ts';
import { startNode, type StartedNode } from './support/node.ts';
import { needs } from './support/services.ts';
import { definitionOf, giveGrant, hostTable, journalOf, make, publish, refusal } from './support/sharing.ts';
import { shareTides, tideFields, tideProduct } from './support/tides.ts';

const ciphers = ['SM4', 'AES', 'DES', 'none'] as const;
const compressions = ['none', 'Gzip', 'Deflate'] as const;
const combinations = ciphers.flatMap((cipher) => compressions.map((compression) => ({ cipher, compression, code: `${cipher}${compression}`.toLowerCase() })));

/** Asks for TLS, since one of its fields is sensitive. */
const sensitive = 'sensitive';
const ROWS = 50_000;

let settings: Awaited<ReturnType<typeof configFile>>;
let node: StartedNode;
let applyKey: string;
let holder: string;

before(async () => {
  settings = await configFile({ listeners: listenersOf({ name: 'data' }, { name: 'proxied', trustedProxies: ['127.0.0.0/8'] }) });
  node = await startNode({ engine: 'pglite', env: { LINGQU_CONFIG: settings.path } });
  const shared = await shareTides(node, { days: 20 });
  applyKey = shared.holder.appkey;
  holder = shared.holder.name;
  for (const { cipher, compression, code } of combinations) {
    await publish(node, code, tideProduct({ agr: { cipher, compression } }));
    await giveGrant(node, holder, code);
  }
  await publish(node, 'wrapped', tideProduct({ agr: { cipher: 'SM4', compression: 'Gzip', wrapKey: true } }));
  await publish(node, sensitive, tideProduct({ fields: tideFields.map((field) => ({ ...field, sensitive: field.name === 'depth_m' })), listeners: ['data', 'proxied'] }));
  for (const code of ['wrapped', sensitive]) await giveGrant(node, holder, code);
  const line = (index: number): string => `${index},观测值${'潮'.repeat(index % 7)}`;
  await hostTable(node, 'readings', ['id,note', ...Array.from({ length: ROWS }, (_, index) => line(index + 1))].join('\n'), [{ name: 'id', type: 'integer' }, { name: 'note', type: 'text' }]);
  await publish(node, 'readings', { resource: 'readings', fields: [{ name: 'id', type: 'int' }, { name: 'note', type: 'varchar' }], order: [{ column: 'id' }], cap: ROWS, agr: { cipher: 'SM4', compression: 'Gzip' } });
  await giveGrant(node, holder, 'readings');
});
after(async () => {
  await node.stop();
  await settings[Symbol.asyncDispose]();
});

const rowsOfSea = async (code: string, query = ''): Promise<Json> => ((await (await fetch(`${node.dataUrl}/szsea/api/sharing/${code}?appkey=${applyKey}${query}`)).json()) as Json).data;

/** The blocks of the guide that open an answer of these settings. */
const stepsOf = ({ cipher, compression }: { readonly cipher: string; readonly compression: string }): string[] => ['take', cipher, ...(compression === 'none' ? [] : [compression])];

describe('what the node seals', () => {
  for (const { cipher, compression, code } of combinations.filter((each) => each.cipher !== 'none')) {
    it(`[AGR-B] [AGR-8.4b] [AGR-7.2f] ${cipher} over ${compression} opens by the guide’s lines of openssl, a page and a stream`, needs('openssl'), async () => {
      const page = await agr(agrUrl(node, agrQuery(code, applyKey, undefined, { pageNum: '2', pageSize: '50' })));
      assert.equal(page.body.data.encType, cipher);
      assert.match(page.body.data.key, /^[0-9a-f]{32}$/);
      assert.deepEqual(JSON.parse(await openByGuide(page.text, stepsOf({ cipher, compression }))), { data: await rowsOfSea(code, '&pageNum=2&pageSize=50'), limit: 50, page: 2, total: 1440 });

      const stream = await agr(agrUrl(node, agrQuery(code, applyKey)));
      assert.deepEqual(JSON.parse(await openByGuide(stream.text, stepsOf({ cipher, compression }))), { data: await rowsOfSea(code), limit: -1, page: 1, total: 1440 });
    });
  }

  for (const { compression, code } of combinations.filter((each) => each.cipher === 'none')) {
    it(`[AGR-B] without encryption data is plain JSON, ${compression === 'none' ? 'as it is' : `compressed by ${compression}`}`, async () => {
      for (const page of [{}, { pageNum: '1', pageSize: '50' }]) {
        const { body, text } = await agr(agrUrl(node, agrQuery(code, applyKey, undefined, page)));
        assert.deepEqual(Object.keys(body.data), compression === 'none' ? ['data', 'limit', 'page', 'total'] : ['compressStr', 'compressionAlgorithm']);
        assert.deepEqual(JSON.parse(decodeAgr(text)).data, await rowsOfSea(code, `&${new URLSearchParams(page).toString()}`));
      }
    });
  }

  it('[AGR-B] compressStr has lines of 76 characters, as the printed one', async () => {
    for (const page of [{}, { pageNum: '1', pageSize: '50' }]) {
      const { body } = await agr(agrUrl(node, agrQuery('nonegzip', applyKey, undefined, page)));
      const lines = String(body.data.compressStr).split('\n');
      assert.ok(lines.length > 2);
      assert.ok(lines.slice(0, -1).every((line) => line.length === 76) && (lines.at(-1) ?? '').length <= 76);
    }
  });

  it('[AGR-B] every answer has a key of its own', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => agr(agrUrl(node, agrQuery('sm4none', applyKey, undefined, index % 2 === 0 ? {} : { pageNum: '1', pageSize: '5' })))));
    assert.equal(new Set(answers.map(({ body }) => body.data.key)).size, answers.length);
  });

  it(`[AGR-B] an answer of ${ROWS} rows comes as a stream that opens whole`, async () => {
    const requestId = `stream-${process.pid}`;
    const { text } = await agr(agrUrl(node, agrQuery('readings', applyKey)), { headers: { 'x-request-id': requestId, 'accept-encoding': 'gzip' } });
    const { data, total } = JSON.parse(decodeAgr(text));
    assert.deepEqual([data.length, total, data[0], data.at(-1)], [ROWS, ROWS, { id: 1, note: '观测值潮' }, { id: ROWS, note: `观测值${'潮'.repeat(ROWS % 7)}` }]);
    assert.deepEqual((await journalOf(node, requestId)).map(({ phase, rows }) => [phase, rows]), [['intent', 0], ['outcome', ROWS]]);
  });

  it('[AGR-8.4a] a changed byte is found out where something is compressed; a cut answer always', async () => {
    for (const code of ['sm4gzip', 'aesdeflate', 'desgzip']) {
      const { body } = await agr(agrUrl(node, agrQuery(code, applyKey, undefined, { pageNum: '1', pageSize: '50' })));
      const bytes = Buffer.from(body.data.encData, 'base64');
      for (const at of [0, 100, bytes.length >> 1, bytes.length - 1]) {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ 1;
        assert.throws(() => decodeAgr(JSON.stringify({ ...body, data: { ...body.data, encData: altered.toString('base64') } })), LingquProblem, `${code}, byte ${at}`);
      }
      assert.throws(() => decodeAgr(JSON.stringify({ ...body, data: { ...body.data, encData: bytes.subarray(0, bytes.length - 16).toString('base64') } })), LingquProblem);
    }
  });

  it('[AGR-B] what the standard prints opens by the guide too', needs('openssl'), async () => {
    const folder = path.resolve(import.meta.dirname, '../../spec/agr-annex-b');
    const [answer, content] = await Promise.all(['answer.json', 'content.json'].map((name) => readFile(path.join(folder, name), 'utf8')));
    assert.equal(await openByGuide((answer ?? '').replaceAll(' ', ''), ['take', 'DES', 'Gzip']), (content ?? '').trimEnd());
  });
});

describe('a key that is wrapped', () => {
  type Pair = { readonly publicKey: string; readonly privateKey: string };
  const inPem = ({ publicKey, privateKey }: KeyPairKeyObjectResult): Pair => ({
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
  const ecPair = (namedCurve: string): Pair => inPem(generateKeyPairSync('ec', { namedCurve }));
  const rsaPair = (modulusLength: number): Pair => inPem(generateKeyPairSync('rsa', { modulusLength }));
  const pairs = { SM2: () => ecPair('SM2'), 'RSA-OAEP-256': () => rsaPair(2048) };
  const register = (publicKey: string | null): Promise<Json> => make(node, 'PUT', `/subjects/${encodeURIComponent(holder)}/public-key`, { body: { publicKey } });

  it('is refused to a holder without public key, who is told so', async () => {
    const { body, headers } = await agr(agrUrl(node, agrQuery('wrapped', applyKey)));
    assert.deepEqual([body.code, body.data, headers.get('x-status')], [500, null, '403']);
    assert.match(body.msg, /公钥/);
    assert.match(body.dev, /^agr\.public-key：/);
  });

  const sizes = [[{}, 1440], [{ pageNum: '1', pageSize: '50' }, 50]] as const;
  for (const [keyAlg, makePair] of Object.entries(pairs)) {
    it(`[AGR-B] by ${keyAlg} opens with the holder’s private key, and with no other`, async () => {
      const { publicKey, privateKey } = makePair();
      await register(publicKey);
      for (const [page, count] of sizes) {
        const { body, text } = await agr(agrUrl(node, agrQuery('wrapped', applyKey, undefined, page)));
        assert.equal(body.data.keyAlg, keyAlg);
        assert.throws(() => decodeAgr(text), LingquProblem);
        assert.throws(() => decodeAgr(text, { privateKey: makePair().privateKey }), LingquProblem);
        assert.equal(JSON.parse(decodeAgr(text, { privateKey })).data.length, count);
      }
    });

    it(`[AGR-B] [AGR-8.4b] by ${keyAlg} opens by the guide’s lines of openssl`, needs('openssl'), async () => {
      const { publicKey, privateKey } = makePair();
      await register(publicKey);
      for (const [page, count] of sizes) {
        const { text } = await agr(agrUrl(node, agrQuery('wrapped', applyKey, undefined, page)));
        assert.equal(JSON.parse(await openByGuide(text, ['take', keyAlg, 'SM4', 'Gzip'], { 'private.pem': privateKey })).data.length, count);
      }
    });
  }

  it('[AGR-B] products with sensitive fields are never answered without TLS, whatever they say of their key', async () => {
    await register(pairs.SM2().publicKey);
    for (const listener of ['data', 'proxied']) {
      const { body } = await agr(agrUrl(node, agrQuery(sensitive, applyKey), listener), listener === 'data' ? { headers: { 'x-forwarded-proto': 'https' } } : {});
      assert.deepEqual([body.code, body.dev.split('：')[0]], [500, 'agr.tls']);
    }
    const { body } = await agr(agrUrl(node, agrQuery(sensitive, applyKey), 'proxied'), { headers: { 'x-forwarded-proto': 'https' } });
    assert.deepEqual([body.code, body.data?.keyAlg], [0, 'SM2'], body.msg);
    await register(null);
    const refused = await agr(agrUrl(node, agrQuery(sensitive, applyKey), 'proxied'), { headers: { 'x-forwarded-proto': 'https' } });
    assert.equal(refused.body.dev.split('：')[0], 'agr.public-key');
  });

  it('what is no public key of use is refused when it is registered', async () => {
    for (const publicKey of ['', 'hello', rsaPair(1024).publicKey, ecPair('P-256').publicKey, pairs.SM2().privateKey]) {
      assert.equal((await refusal(node, 'PUT', `/subjects/${encodeURIComponent(holder)}/public-key`, { body: { publicKey } })).code, 'identity.public-key.invalid');
    }
  });

  it('a product that must be encrypted cannot be set to go out in clear', async () => {
    const sensitiveFields = tideFields.map((field) => ({ ...field, sensitive: true }));
    for (const changes of [{ agr: { cipher: 'none', wrapKey: true } }, { agr: { cipher: 'none' }, fields: sensitiveFields }]) {
      assert.equal((await refusal(node, 'POST', '/products', { body: { code: 'inclear', definition: definitionOf(tideProduct(changes)) } })).code, 'product.agr.cipher');
    }
  });
});
