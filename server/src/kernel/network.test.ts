import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNetwork } from './network.ts';

test('A network is an address, or a CIDR block within the width of its family', () => {
  assert.deepEqual(readNetwork('10.0.0.0/8'), { address: '10.0.0.0', family: 'ipv4', bits: 8 });
  assert.deepEqual(readNetwork('10.0.0.2'), { address: '10.0.0.2', family: 'ipv4', bits: 32 });
  assert.deepEqual(readNetwork('2001:db8::/32'), { address: '2001:db8::', family: 'ipv6', bits: 32 });
  for (const text of ['', 'nonsense', '10.0.0.0/99', '10.0.0.0/', '10.0.0.0/-1', '10.0.0/8', '::/129', '10.0.0.0/8/8', 'fe80::1%eth0', ' 10.0.0.1']) assert.equal(readNetwork(text), undefined, text);
});
