import { newHex } from '../kernel/ids.ts';

const traceparent = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The trace ID of W3C `traceparent`, or a new one: 32 hexadecimal digits. */
export const traceIdOf = (header: string | string[] | undefined): string => (typeof header === 'string' ? readTraceId(header) : undefined) ?? newHex();

/** W3C Trace Context, 3.2.2 and 4.3: versions after 00 are read as far as 00 goes, and may say more behind a dash; ff is none. */
function readTraceId(header: string): string | undefined {
  const [, version, traceId, more] = traceparent.exec(header) ?? [];
  return version === '00' && more !== undefined ? undefined : traceId;
}
