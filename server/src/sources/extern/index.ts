export { Externs } from './load.ts';
