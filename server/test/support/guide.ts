import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { opensslPath } from './services.ts';

const guide = path.resolve(import.meta.dirname, '../../../docs/guides/consumer.md');

/** The shell blocks of the consumer's guide by the first word of the comment that opens them, letter by letter. */
async function blocksOfGuide(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(guide, 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(# (\S+)[\s\S]*?)^```$/gm)];
  return Object.fromEntries(blocks.map(([, block = '', name = '']) => [name.replace(/:$/, ''), block]));
}

/**
 * Opens an answer of AGR annex B by the guide's own lines in a shell: `openssl`, `gunzip` and the like, nothing of ours.
 * Its tests say `needs('openssl')`.
 * @param steps which blocks, in order; files by name stand beside `answer.json`
 */
export async function openByGuide(answer: string, steps: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<string> {
  const blocks = await blocksOfGuide();
  const folder = await mkdtemp(path.join(tmpdir(), 'lingqu-guide-'));
  try {
    for (const [name, content] of Object.entries({ ...files, 'answer.json': answer })) await writeFile(path.join(folder, name), content);
    const script = steps.map((step) => blocks[step] ?? `echo "the guide has no block ${step}" >&2; exit 1`).join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, maxBuffer: 1 << 28, env: { PATH: `${path.dirname(opensslPath ?? '')}:${process.env['PATH']}` } });
    return stdout === '' ? await readFile(path.join(folder, 'content'), 'utf8') : stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
