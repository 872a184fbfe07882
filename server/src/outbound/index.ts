export { OutboundGate } from './gate.ts';
export { openPool, trusting } from './pool.ts';
export { crowdedUpstream } from './failures.ts';
export { exchange, type Ending, type OutboundAnswer, type OutboundBounds, type OutboundRequest } from './exchange.ts';
