/**
 * What AGR's envelope costs beside its raw ciphers and compressor: the seal that the face uses, Gzip and SM4 on an answer
 * of 10 KB, and node:zlib and node:crypto called directly on the same bytes (gzip, Base64, SM4, Base64; a fresh key each
 * time). CPU per call of the process and its threads, rounds interleaved; what both made is opened and compared first.
 * The claim: the median ratio is at most 1.15.
 *
 *   node bench/agr.ts [rounds]
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { decodeAgr } from '../client/src/index.ts';
import { sealingOf } from '../server/src/profiles/agr/seal.ts';
import { median } from './cpu.ts';

const WARM = 10_000;
const CALLS = 10_000;
const LEVEL = 3; // that of codecs/compression.ts
const iv = '1234567812345678';

/** A page of tides, 10 KB as the face frames it. */
const rows = Array.from({ length: 78 }, (_, index) => ({
  id: `540${index}-20260901${String(index % 24).padStart(2, '0')}`,
  timestamp: `2026-09-${String(1 + (index % 28)).padStart(2, '0')} ${String(index % 24).padStart(2, '0')}:00:00`,
  stationname: ['赤湾', '香港', '大连'][index % 3],
  lon: (113.88 + index / 1000).toFixed(4),
  lat: (22.47 + index / 1000).toFixed(4),
  depth_m: ((index * 37) % 400) / 100,
}));
const body = Buffer.from(JSON.stringify({ data: rows, limit: 78, page: 1, total: 78 }));

const sealing = sealingOf({ cipher: 'SM4', compression: 'Gzip' }, (key) => ({ key }));
const sealed = (): Promise<Buffer> => sealing.whole(body);

async function raw(key = randomBytes(16)): Promise<Buffer> {
  const compressed = gzipSync(body, { level: LEVEL }).toString('base64');
  const cipher = createCipheriv('sm4-cbc', key, iv);
  return Buffer.from(Buffer.concat([cipher.update(compressed, 'latin1'), cipher.final()]).toString('base64'), 'latin1');
}

function openRaw(answer: Buffer, key: Buffer): Buffer {
  const decipher = createDecipheriv('sm4-cbc', key, iv);
  const compressed = Buffer.concat([decipher.update(answer.toString('latin1'), 'base64'), decipher.final()]);
  return gunzipSync(Buffer.from(compressed.toString('latin1'), 'base64'));
}

async function cost(call: () => Promise<Buffer>): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < CALLS; index += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

const key = randomBytes(16);
const same = decodeAgr((await sealed()).toString()) === body.toString() && openRaw(await raw(key), key).equals(body);
if (!same) throw new Error('what was sealed does not open to what it was');
for (let index = 0; index < WARM; index += 1) await Promise.all([sealed(), raw()]);

const contenders = { sealed, raw: () => raw() };
const costs = { sealed: [] as number[], raw: [] as number[] };
const rounds = Number(process.argv[2] ?? 9);
process.stdout.write(`both open to the same ${body.length} bytes; ${CALLS} calls a round; µs of CPU per call\n`);
for (let round = 1; round <= rounds; round += 1) {
  for (const name of round % 2 === 0 ? (['raw', 'sealed'] as const) : (['sealed', 'raw'] as const)) costs[name].push(await cost(contenders[name]));
  process.stdout.write(`round ${round}: sealed ${costs.sealed.at(-1)?.toFixed(1)}, raw ${costs.raw.at(-1)?.toFixed(1)}\n`);
}
const ratios = costs.sealed.map((each, index) => each / (costs.raw[index] ?? Number.NaN));
process.stdout.write(`sealed / raw: median ratio ${median(ratios).toFixed(3)} (${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})\n`);
