import { open } from 'node:fs/promises';
import { fault } from './table-file.ts';

const MAX_FILE_BYTES = 4 * 2 ** 30;

/** Writes what comes to a file of ours; `see` gets every chunk first, with its place, and may throw. */
export async function receive(content: AsyncIterable<Uint8Array>, path: string, format: string, see: (chunk: Uint8Array, at: number) => void): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  let bytes = 0;
  for await (const chunk of content) {
    if (chunk.length === 0) continue;
    see(chunk, bytes);
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES) throw fault(`${format}.too-large`, '文件超过 4 GB，请拆分后导入 (the file is larger than 4 GB: split it)');
    await file.appendFile(chunk);
  }
  if (bytes === 0) throw fault(`${format}.empty`, '文件为空 (the file is empty)');
}
