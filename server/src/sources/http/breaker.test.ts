import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '../../kernel/errors.ts';
import { Breaker } from './breaker.ts';

function breakerAt(): { readonly breaker: Breaker; readonly pass: (ms: number) => void } {
  let now = 0;
  return { breaker: new Breaker({ failures: 2, restMs: 100, monotonic: () => now }), pass: (ms) => void (now += ms) };
}

const fail = (breaker: Breaker, times: number): void => {
  for (let time = 0; time < times; time += 1) {
    breaker.enter();
    breaker.failed();
  }
};
const rests = (breaker: Breaker): void => assert.throws(() => breaker.enter(), { code: 'upstream.resting' });

describe('the breaker', () => {
  const failure = (code: string, status?: number): DomainError => new DomainError('source-unavailable', code, code, status === undefined ? {} : { details: { status } });
  for (const [what, end, opens] of [
    ['a cut', failure('upstream.short'), true],
    ['an error of the upstream', failure('upstream.status', 503), true],
    ['an error of its caller', failure('upstream.status', 404), false],
    ['too large an answer', failure('upstream.too-large'), false],
    ['a call that was never sent', failure('upstream.busy'), false],
    ['a right that has gone', failure('grant.none'), false],
    ['a reader that has left', new Error('abandoned'), false],
    ['the whole answer', undefined, false],
  ] as const) {
    it(`${opens ? 'counts' : 'does not count'} ${what}`, () => {
      const { breaker } = breakerAt();
      for (let time = 0; time < 2; time += 1) {
        breaker.enter();
        breaker.ended(end);
      }
      if (opens) rests(breaker);
      else breaker.enter();
    });
  }

  it('takes no call that says nothing for one that is well', () => {
    const { breaker } = breakerAt();
    fail(breaker, 1);
    breaker.enter();
    breaker.ended(failure('upstream.busy'));
    fail(breaker, 1);
    rests(breaker);
  });

  it('rests after so many failures in a row, and no fewer', () => {
    const { breaker } = breakerAt();
    fail(breaker, 1);
    breaker.enter();
    breaker.succeeded();
    fail(breaker, 1);
    breaker.enter();
    breaker.failed();
    rests(breaker);
  });

  it('lets one call try when the rest is over, and the others when that one succeeded', () => {
    const { breaker, pass } = breakerAt();
    fail(breaker, 2);
    pass(99);
    rests(breaker);
    pass(1);
    breaker.enter();
    rests(breaker);
    breaker.succeeded();
    breaker.enter();
    breaker.enter();
  });

  it('rests again when that one failed, and lets another try when that one left', () => {
    const { breaker, pass } = breakerAt();
    fail(breaker, 2);
    pass(100);
    breaker.enter();
    breaker.failed();
    rests(breaker);
    pass(100);
    breaker.enter();
    breaker.left();
    breaker.enter();
  });
});
