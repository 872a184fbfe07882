import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { StartedNode } from './node.ts';
import type { Json } from './management.ts';
import { zeepPython } from './services.ts';

const script = path.join(import.meta.dirname, 'zeep-call.py');

export interface ZeepCall {
  /** The port of the WSDL: `Soap11` or `Soap12`. */
  readonly port: string;
  readonly arguments?: Readonly<Record<string, string | number | boolean>>;
  readonly header?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** HTTP headers. */
  readonly http?: Readonly<Record<string, string>>;
  /** Elements that libxml2 cannot check. */
  readonly unchecked?: readonly string[];
}

/** Calls a product with zeep, from its WSDL alone: see zeep-call.py for what comes back. Needs `zeep`. */
export async function zeepCall(node: StartedNode, code: string, call: ZeepCall): Promise<Json> {
  const child = spawn(zeepPython ?? '', [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  child.stdin.end(JSON.stringify({ wsdl: `${node.dataUrl}/gov/v1/${code}?wsdl`, ...call }));
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = await ended;
  if (exitCode !== 0) throw new Error(`zeep failed (${String(exitCode)}): ${complaints}`);
  return JSON.parse(output);
}
