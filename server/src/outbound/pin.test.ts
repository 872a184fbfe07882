import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutboundGate } from './gate.ts';
import { Pin } from './pin.ts';

/** A name whose addresses change with every question. */
function changing(...answers: readonly (readonly string[])[]): { readonly pin: Pin; readonly asked: () => number } {
  let asked = 0;
  const resolve = async (): Promise<readonly string[]> => answers[asked++] ?? [];
  return { pin: new Pin(new OutboundGate({ allow: [], inner: true, ownPorts: () => [], resolve }), 'upstream.example', 80), asked: () => asked };
}

describe('the pin', () => {
  it('asks once, whatever the name says later', async () => {
    const { pin, asked } = changing(['93.184.216.34'], ['127.0.0.1']);
    for (let call = 0; call < 3; call += 1) assert.equal(await pin.address(), '93.184.216.34');
    assert.equal(asked(), 1);
  });

  it('asks once for those who come together', async () => {
    const { pin, asked } = changing(['93.184.216.34'], ['127.0.0.1']);
    assert.deepEqual(await Promise.all([pin.address(), pin.address()]), ['93.184.216.34', '93.184.216.34']);
    assert.equal(asked(), 1);
  });

  it('goes to the next address when one fails, and asks again when all have; what is answered then is checked too', async () => {
    const { pin, asked } = changing(['10.0.0.1', '10.0.0.2'], ['127.0.0.1'], ['10.0.0.3']);
    pin.failed(await pin.address());
    assert.equal(await pin.address(), '10.0.0.2');
    assert.equal(asked(), 1);
    pin.failed('10.0.0.2');
    await assert.rejects(pin.address(), { code: 'upstream.address' });
    assert.equal(await pin.address(), '10.0.0.3');
  });
});
