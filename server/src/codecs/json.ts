import { expectBatch, type AnswerSummary, type RowsEncoder } from './encoder.ts';

/**
 * Rows as the elements of one JSON array within a profile's envelope.
 *
 * @param prefix the text up to and with `[`
 * @param suffix the text from `]` on, which may tell how many rows there were
 */
export function jsonArrayEncoder(prefix: string, suffix: (summary: AnswerSummary) => string): RowsEncoder {
  let separator = '';
  return {
    // RFC 8259: always UTF-8; the parameter has no meaning, but old clients look for it.
    contentType: 'application/json; charset=utf-8',
    reads: 'json',
    head: () => prefix,
    rows: (batch) => {
      const { text } = expectBatch(batch, 'json');
      if (text === '') return '';
      const joined = separator + text;
      separator = ',';
      return joined;
    },
    tail: suffix,
  };
}
