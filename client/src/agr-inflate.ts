import { gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { LingquProblem } from './problem.ts';

/** Some send Deflate without the zlib format's wrapper, which its header tells (RFC 1950, 2.2). */
const isWrapped = (bytes: Buffer): boolean => bytes.length > 1 && (bytes[0] ?? 0) % 16 === 8 && bytes.readUInt16BE(0) % 31 === 0;

const algorithms: Readonly<Record<string, (bytes: Buffer, options: ZlibOptions) => Buffer>> = {
  GZIP: gunzipSync,
  DEFLATE: (bytes, options) => (isWrapped(bytes) ? inflateSync(bytes, options) : inflateRawSync(bytes, options)),
};

/** Undoes what `compressionAlgorithm` names. Throws `agr.compression`, `agr.too-large`, `agr.inflate`. */
export function inflate(bytes: Buffer, algorithm: string, maxBytes: number): Buffer {
  const name = algorithm.toUpperCase();
  const undo = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
  if (undo === undefined) throw problem('agr.compression', `不支持压缩算法 ${algorithm || '（无）'}：应为 Gzip 或 Deflate (unknown compressionAlgorithm: Gzip or Deflate is expected)`);
  try {
    return undo(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw problem('agr.too-large', `解压后超过 ${maxBytes} 字节，可调高上限 maxBytes (the content inflates to more than maxBytes: raise it if that is expected)`, error);
    }
    throw problem('agr.inflate', `${algorithm} 解压失败，数据被截断或改动 (decompression failed: the data was cut or altered)`, error);
  }
}

const problem = (code: string, detail: string, cause?: unknown): LingquProblem => new LingquProblem({ code, status: 0, detail }, { cause });
