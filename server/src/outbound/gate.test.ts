import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { DomainError } from '../kernel/errors.ts';
import { OutboundGate } from './gate.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'public.example': ['93.184.216.34', '2606:2800:220:1::1'],
  'inside.example': ['10.1.2.3'],
  'rebound.example': ['127.0.0.1'],
  'mixed.example': ['93.184.216.34', '127.0.0.1'],
  'empty.example': [],
};

const gateOf = (allow: readonly string[] = [], ownPorts: readonly number[] = [], inner = true): OutboundGate =>
  new OutboundGate({ allow, inner, ownPorts: () => ownPorts, resolve: async (name) => names[name] ?? Promise.reject(new Error('ENOTFOUND')) });

const refused = (promise: Promise<unknown>, code = 'upstream.address'): Promise<void> => assert.rejects(promise, (error: unknown) => error instanceof DomainError && error.code === code);

describe('the gate by default', () => {
  for (const host of ['8.8.8.8', '10.0.0.1', '172.16.9.9', '192.168.1.1', '100.64.0.1', 'fd12::1', '2606:2800:220:1::1', 'public.example', 'inside.example']) {
    it(`opens ${host}`, async () => void (await gateOf().addressesOf(host, 80)));
  }
  const closed = [
    '127.0.0.1', '127.9.9.9', '::1', '[::1]', '0.0.0.0', '::', '169.254.169.254', '169.254.0.23', 'fe80::1', '224.0.0.1', 'ff02::1', '255.255.255.255', '::ffff:127.0.0.1',
    '::ffff:169.254.169.254', '64:ff9b::7f00:1', '2002:7f00:1::', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254', '240.0.0.1', 'rebound.example', 'mixed.example',
  ];
  for (const host of closed) it(`closes ${host}`, () => refused(gateOf().addressesOf(host, 80)));
  for (const host of ['nobody.example', 'empty.example']) it(`says that it knows no address of ${host}`, () => refused(gateOf().addressesOf(host, 80), 'upstream.host'));
});

describe('the gate for what consumers choose', () => {
  const gate = (...allow: string[]): OutboundGate => gateOf(allow, [], false);
  for (const host of ['8.8.8.8', 'public.example']) it(`opens ${host}`, async () => void (await gate().addressesOf(host, 80)));
  for (const host of ['10.0.0.1', '172.16.9.9', '192.168.1.1', '100.64.0.1', 'fd12::1', 'inside.example', '127.0.0.1']) it(`closes ${host}`, () => refused(gate().addressesOf(host, 80)));
  it('opens what the configuration file names', async () => void (await gate('10.0.0.0/8').addressesOf('inside.example', 80)));
});

describe('the gate as the configuration file opens it', () => {
  for (const [entry, host] of [['127.0.0.1', '127.0.0.1'], ['127.0.0.0/8', '127.9.9.9'], ['::1', '[::1]'], ['rebound.example', 'rebound.example'], ['REBOUND.example', 'Rebound.Example'.toLowerCase()], ['127.0.0.1', 'rebound.example'], ['169.254.0.0/16', '169.254.7.7'], ['169.254.169.254', '169.254.169.254'], ['100.100.100.200', '100.100.100.200']] as const) {
    it(`opens ${host} by ${entry}`, async () => void (await gateOf([entry]).addressesOf(host, 80)));
  }
  it('opens a name and not its address', () => refused(gateOf(['rebound.example']).addressesOf('127.0.0.1', 80)));
  for (const [entry, host] of [['169.254.0.0/16', '169.254.169.254'], ['169.254.0.0/16', '169.254.170.2'], ['100.64.0.0/10', '100.100.100.200'], ['0.0.0.0/0', '168.63.129.16'], ['fd00::/8', 'fd00:ec2::254']] as const) {
    it(`keeps the metadata address ${host} closed by ${entry}`, () => refused(gateOf([entry]).addressesOf(host, 80)));
  }
  for (const entry of ['', 'a b', 'http://x', '10.0.0.0/33', '10.0.0.0/x', '-x', '*.example']) {
    it(`refuses the entry ${JSON.stringify(entry)}`, () => assert.throws(() => gateOf([entry]), { code: 'settings.outbound' }));
  }
});

describe("the node's own listeners", () => {
  const outward = Object.values(networkInterfaces()).flatMap((all) => all ?? []).find((one) => !one.internal && one.family === 'IPv4');
  it('are closed though their address is opened', () => refused(gateOf(['127.0.0.0/8', 'rebound.example'], [8601]).addressesOf('127.0.0.1', 8601)));
  it('are closed by name too', () => refused(gateOf(['rebound.example'], [8601]).addressesOf('rebound.example', 8601)));
  it('are closed by the address of an interface', { skip: outward === undefined }, () => refused(gateOf([], [8601]).addressesOf(outward?.address ?? '', 8601)));
  it('close no other port', async () => void (await gateOf(['127.0.0.1'], [8601]).addressesOf('127.0.0.1', 8602)));
  it('close no other machine', async () => void (await gateOf([], [8601]).addressesOf('10.255.255.254', 8601)));
});
