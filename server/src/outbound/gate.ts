import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { DomainError } from '../kernel/errors.ts';
import { readNetwork } from '../kernel/network.ts';

/** Where names are looked up: the system's resolver, or a test's. */
export type Resolver = (hostname: string) => Promise<readonly string[]>;

export interface GateOptions {
  /** Names, addresses and CIDR blocks that the configuration file opens although they are closed by default. */
  readonly allow: readonly string[];
  /** Whether the networks inside a bureau are open without being named: for what operators set up, and not for what consumers do. */
  readonly inner: boolean;
  /** Ports of the node's own listeners. */
  readonly ownPorts: () => readonly number[];
  readonly resolve?: Resolver;
}

/** The networks inside a bureau, where its own services live. */
const innerRanges: ReadonlySet<string> = new Set(['private', 'uniqueLocal', 'carrierGradeNat']);

/**
 * Where clouds tell their machines of themselves, their credentials among it: most of them; AWS for containers, over IPv6
 * too; Tencent; Alibaba, Volcengine, UCloud and Azure within ranges that are open; Google and AWS over IPv6.
 */
const metadata: ReadonlySet<string> = new Set([
  '169.254.169.254', 'fe80::a9fe:a9fe', '169.254.170.2', '169.254.170.23', 'fd00:ec2::23', '169.254.0.23',
  '100.100.100.200', '100.96.0.96', '100.80.80.80', '168.63.129.16', 'fd20:ce::254', 'fd00:ec2::254',
]);

/**
 * Decides to which addresses the node may connect (design: Doors). Loopback, link-local, metadata, multicast and reserved
 * addresses are closed unless the configuration file names them, and the networks inside where `inner` says so; a
 * metadata address is opened by its own name or number alone, no block opens it. The node's own listeners always are closed.
 */
export class OutboundGate {
  readonly #names: ReadonlySet<string>;
  readonly #addresses = new BlockList();
  readonly #networks = new BlockList();
  readonly #inner: boolean;
  readonly #ownPorts: () => readonly number[];
  readonly #resolve: Resolver;

  /** Throws `settings.outbound` for an entry that is neither a name nor an address. */
  constructor({ allow, inner, ownPorts, resolve = systemResolver }: GateOptions) {
    this.#names = new Set(allow.filter((entry) => !this.#addNetwork(entry)).map(nameOf));
    this.#inner = inner;
    this.#ownPorts = ownPorts;
    this.#resolve = resolve;
  }

  /** The addresses of a host, every one of which may be connected to. Throws `upstream.host`, `upstream.address`. */
  async addressesOf(hostname: string, port: number): Promise<readonly string[]> {
    const host = hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) === 0 ? await this.#lookUp(host) : [host];
    const named = this.#names.has(host.toLowerCase());
    for (const address of addresses) {
      const why = this.#closedBy(ipaddr.process(address), port, named);
      if (why !== undefined) throw addressRefused(`${host} → ${address}:${port}: ${why}`);
    }
    return addresses;
  }

  async #lookUp(host: string): Promise<readonly string[]> {
    try {
      const addresses = await this.#resolve(host);
      if (addresses.length === 0) throw new Error(`${host} has no address`); // to connect to no address is to connect to this machine
      return addresses;
    } catch (cause) {
      throw new DomainError('source-unavailable', 'upstream.host', '上游服务的域名无法解析 (the upstream\'s name cannot be resolved)', { cause });
    }
  }

  #closedBy(address: ipaddr.IPv4 | ipaddr.IPv6, port: number, named: boolean): string | undefined {
    const text = address.toString();
    if (this.#ownPorts().includes(port) && isOwn(address)) return 'a listener of this node';
    if (named || this.#addresses.check(text, address.kind())) return undefined;
    if (metadata.has(text)) return 'a metadata address';
    if (this.#networks.check(text, address.kind())) return undefined;
    const range = address.range();
    return range === 'unicast' || (this.#inner && innerRanges.has(range)) ? undefined : `a ${range} address`;
  }

  #addNetwork(entry: string): boolean {
    const network = readNetwork(entry);
    if (network === undefined) return false;
    const { address, family, bits } = network;
    if (entry.includes('/')) this.#networks.addSubnet(address, bits, family);
    else this.#addresses.addAddress(address, family);
    return true;
  }
}

/** Loopback, "any" and every address of this machine's interfaces. */
function isOwn(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() === 'loopback' || address.range() === 'unspecified') return true;
  const text = address.toString();
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => ipaddr.process(one.address).toString() === text) === true);
}

async function systemResolver(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true, order: 'ipv4first' })).map(({ address }) => address);
}

function nameOf(entry: string): string {
  if (!/^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/.test(entry)) throw badEntry(entry);
  return entry.toLowerCase();
}

const badEntry = (entry: string): DomainError =>
  new DomainError('invalid-definition', 'settings.outbound', `outbound.allow：${entry} 不是主机名、地址或 CIDR (neither a host name nor an address nor a CIDR block)`);

/** The caller is told nothing of the address; the operator finds it in the cause. */
const addressRefused = (why: string): DomainError =>
  new DomainError('source-unavailable', 'upstream.address', '上游服务的地址不被允许，请联系数据提供方 (the upstream\'s address is not permitted: its operator may open it in outbound.allow)', { cause: new Error(why) });
