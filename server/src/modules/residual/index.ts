export type { Row, RowScanner, ScanRequest, SimpleCondition } from './ports.ts';
export { residualReader } from './reader.ts';
