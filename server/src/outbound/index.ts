export { OutboundGate } from './gate.ts';
export { openPool } from './pool.ts';
export { exchange, type OutboundAnswer, type OutboundBounds, type OutboundRequest } from './exchange.ts';
