/** AGR's printed codes (table C2): normal, an error, the log-in. */
export type AgrCode = 0 | 500 | 401;

const tail = (): string => `,"timestamp":${Date.now()}}`;

/** `code,msg,dev,data,timestamp` round data that is JSON text already: what stands before it, and after. */
export const successHead = '{"code":0,"msg":"success","dev":null,"data":';
export const successTail = tail;

export const failure = (code: AgrCode, msg: string, dev: string): string => `{"code":${code},"msg":${JSON.stringify(msg)},"dev":${JSON.stringify(dev)},"data":null${tail()}`;
