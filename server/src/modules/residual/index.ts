export type { Row, RowScanner, ScanRequest } from './ports.ts';
export { residualReader } from './reader.ts';
