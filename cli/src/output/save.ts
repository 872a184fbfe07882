import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { CommandFailure } from '../failure.ts';
import type { Say } from '../language.ts';
import type { Output } from './output.ts';
import { bytesText } from './progress.ts';

type Body = ReadableStream<Uint8Array> | null;

const readable = (body: Body): Readable => (body === null ? Readable.from([]) : Readable.fromWeb(body));

/**
 * Writes what comes into a file of mode 0600; answers its size. The file has its name only when it is whole: what was
 * cut is taken away.
 */
export async function saveBody(body: Body, path: string, label: string, out: Output, say: Say): Promise<number> {
  const draft = `${path}.part`;
  const progress = out.progress(label, 0, bytesText);
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      bytes += chunk.length;
      progress.to(bytes);
      yield chunk;
    }
  };
  try {
    await pipeline(readable(body), counted, createWriteStream(draft, { mode: 0o600 }));
    await rename(draft, path);
    return bytes;
  } catch (error) {
    await rm(draft, { force: true });
    throw cut(error, say);
  } finally {
    progress.end();
  }
}

/** Writes what comes to stdout, and ends it with a line break. */
export async function printBody(body: Body, out: Output, say: Say): Promise<void> {
  let last = 0;
  const watched = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | string> {
    for await (const chunk of source) {
      last = chunk.at(-1) ?? last;
      yield chunk;
    }
    if (last !== 10) yield '\n';
  };
  await pipeline(readable(body), watched, out.raw, { end: false }).catch((error: unknown) => {
    throw cut(error, say);
  });
}

const cut = (error: unknown, say: Say): CommandFailure =>
  new CommandFailure('cli.cut', say(`传输中断，结果不完整：${reasonOf(error)}`, `the transfer was cut and is not whole: ${reasonOf(error)}`), { cause: error });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
