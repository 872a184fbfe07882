import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
