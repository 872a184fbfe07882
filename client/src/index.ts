export { all, createClient, done, got, gotVersion, type Client, type ClientOptions, type ListPage, type SessionCredential } from './client.ts';
export { LingquProblem } from './problem.ts';
export type { components, operations, paths } from './schema.d.ts';
