export { decodeAgr, type DecodeOptions } from './agr.ts';
export { all, createClient, done, got, gotVersion, type Client, type ClientOptions, type ListPage, type PageQuery, type SessionCredential } from './client.ts';
export { importTable, type ImportFile, type ImportQuery, type ImportReport, type ImportStep } from './import.ts';
export { LingquProblem, unreachable } from './problem.ts';
export { signCall, type CallToSign, type SignedHeaders, type SigningAlgorithm, type SigningKey } from './sign.ts';
export type { components, operations, paths } from './schema.d.ts';
