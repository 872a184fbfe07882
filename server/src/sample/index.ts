/** The sample: real tide predictions, published as SEA's own example, that a new node shares at its first start. */
export { Sample } from './sample.ts';
