import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isAllowed, parseAddress, parseNetwork } from './addresses.ts';

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
const groups = (value: bigint): string => [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n].map((group) => ((value >> (group * 16n)) & 0xffffn).toString(16)).join(':');

function allows(network: string, address: string): boolean {
  const read = parseNetwork(network);
  assert.ok(typeof read !== 'string', network);
  const caller = parseAddress(address);
  assert.ok(caller !== null, address);
  return isAllowed([read], caller);
}

describe('networks', () => {
  it('hold the IPv4 addresses that share their prefix, however these are written', () => {
    const v4 = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(fc.property(v4, fc.integer({ min: 0, max: 32 }), v4, fc.boolean(), (base, bits, other, near) => {
      const size = 2 ** (32 - bits);
      const first = Math.floor(base / size) * size;
      const address = near ? first + (other % size) : other;
      const inside = address >= first && address < first + size;
      assert.equal(allows(`${dotted(first)}/${bits}`, dotted(address)), inside);
      assert.equal(allows(`${dotted(first)}/${bits}`, `::ffff:${dotted(address)}`), inside);
      assert.equal(allows(`::ffff:${dotted(first)}/${bits + 96}`, dotted(address)), inside);
      if (first !== base) assert.equal(typeof parseNetwork(`${dotted(base)}/${bits}`), 'string', 'host bits');
    }), { numRuns: 500 });
  });

  it('hold the IPv6 addresses that share their prefix', () => {
    const v6 = fc.bigInt({ min: 1n << 64n, max: (1n << 128n) - 1n });
    fc.assert(fc.property(v6, fc.integer({ min: 1, max: 128 }), v6, fc.boolean(), (base, bits, other, near) => {
      const size = 1n << BigInt(128 - bits);
      const first = (base / size) * size;
      const address = near ? first + (other % size) : other;
      assert.equal(allows(`${groups(first)}/${bits}`, groups(address)), address >= first && address < first + size);
    }), { numRuns: 500 });
  });

  it('never throw, whatever is written', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./%]{0,40}$/)), (text) => {
      parseNetwork(text);
      parseAddress(text);
    }), { numRuns: 1000 });
  });
});
