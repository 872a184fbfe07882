import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PassThrough } from 'node:stream';
import { bytesText, progressOn, type Terminal } from './progress.ts';

/** A stream as a process's stderr is one: a terminal, or not. */
function stderr(isTTY: boolean): { stream: Terminal; written: () => string } {
  const stream = Object.assign(new PassThrough().setEncoding('utf8'), { isTTY, columns: 80 });
  return { stream, written: () => String(stream.read() ?? '') };
}

describe('progress', () => {
  it('is shown on a terminal', () => {
    const { stream, written } = stderr(true);
    const progress = progressOn(stream, true, '导入', 2048, bytesText);
    progress.to(1024);
    progress.end();
    assert.match(written(), /导入 .*0%/s);
  });

  it('is silent where nobody looks, and where JSON is wanted', () => {
    for (const [isTTY, wanted] of [[false, true], [true, false]] as const) {
      const { stream, written } = stderr(isTTY);
      const progress = progressOn(stream, wanted, '导入', 2048, bytesText);
      progress.to(1024);
      progress.end();
      assert.equal(written(), '');
    }
  });

  it('counts bytes as people do', () => {
    assert.deepEqual([0, 1023, 1024, 1.5 * 2 ** 20, 4 * 2 ** 30].map(bytesText), ['0 B', '1023 B', '1.0 KB', '1.5 MB', '4.0 GB']);
  });
});
