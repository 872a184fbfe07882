/** A reporter for node's test runner: a line of JSON for each test and suite that ended. */
import path from 'node:path';
import type { EventData } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import type { Outcome } from './outcomes.ts';

type Ended = EventData.TestPass | EventData.TestFail;

export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  // Events come in the order of declaration, a parent's start before its children's.
  const titles: string[] = [];
  for await (const event of events) {
    if (event.type === 'test:start') {
      titles.length = event.data.nesting;
      titles.push(event.data.name);
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      const parents = titles.slice(0, event.data.nesting);
      yield `${JSON.stringify(outcomeOf(event.type === 'test:pass', event.data, parents))}\n`;
    }
  }
}

function outcomeOf(passed: boolean, ended: Ended, parents: readonly string[]): Outcome {
  // A test marked as still to do proves nothing, whether it passes or fails.
  const left = [ended.skip, ended.todo].find((mark) => mark !== undefined && mark !== false);
  return {
    kind: ended.details.type === 'suite' ? 'suite' : 'test',
    titles: [...parents, ended.name],
    file: path.relative(process.cwd(), ended.file ?? '').replaceAll(path.sep, '/'),
    result: left !== undefined ? 'skip' : passed ? 'pass' : 'fail',
    ...(typeof left === 'string' ? { reason: left } : {}),
  };
}
