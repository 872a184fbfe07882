import { newHex } from '../kernel/ids.ts';

const traceparent = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace ID of W3C `traceparent`, or a new one: 32 hexadecimal digits. */
export const traceIdOf = (header: string | string[] | undefined): string =>
  (typeof header === 'string' ? traceparent.exec(header)?.[1] : undefined) ?? newHex();
