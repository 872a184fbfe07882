export { OutboundGate } from './gate.ts';
export { openPool } from './pool.ts';
export { crowdedUpstream } from './failures.ts';
export { exchange, type Ending, type OutboundAnswer, type OutboundBounds, type OutboundRequest } from './exchange.ts';
