import { csvRowsEncoder } from '../../codecs/csv.ts';
import { wireTable } from '../../codecs/forms.ts';
import { jsonArrayEncoder } from '../../codecs/json.ts';
import { chooseType } from '../../codecs/negotiation.ts';
import { plainFrame, xmlDocument, xmlRowsEncoder } from '../../codecs/xml.ts';
import type { Refusal, Rendering } from '../../modules/delivery/index.ts';
import { httpStatuses } from '../../http/statuses.ts';

export const success = '信息操作成功!';

/** The formats of the REST face; the first is for callers that do not care. */
export const mediaTypes = ['application/json', 'application/xml', 'text/csv'] as const;
type MediaType = (typeof mediaTypes)[number];

export const formatOf = (accept: string | undefined): MediaType => chooseType(accept, mediaTypes);

const status: Rendering['status'] = (kind) => httpStatuses[kind];
const jsonOpening = `{"success":true,"msg":${JSON.stringify(success)},"data":[`;
const xmlFrame = plainFrame('response', [['success', 'true'], ['msg', success]]);

/** SEA's fields in GOV's own face (decision 2), in JSON and XML; CSV is the rows alone. */
const renderings: Readonly<Record<MediaType, Rendering>> = {
  'application/json': {
    forms: wireTable['gov-json'].types,
    encoder: () => jsonArrayEncoder(jsonOpening, ({ total }) => (total === undefined ? ']}' : `],"total":${total}}`)),
    relays: true,
    status,
  },
  'application/xml': { forms: wireTable['gov-xml'].types, encoder: () => xmlRowsEncoder(xmlFrame), relays: true, status },
  'text/csv': { forms: wireTable['gov-csv'].types, encoder: () => csvRowsEncoder({ reader: 'machine' }), relays: true, status },
};

/** What is relayed has the type that its source gives it, whatever Accept says: only rows are refused by it. */
export function renderingFor(accept: string | undefined): Rendering {
  try {
    return renderings[formatOf(accept)];
  } catch (unacceptable) {
    return {
      ...renderings['application/json'],
      encoder: () => {
        throw unacceptable;
      },
    };
  }
}

/** An error in the format that was asked for; a CSV caller gets JSON, since an error is no table. */
export function errorAnswer({ error, errorId }: Refusal, format: MediaType): { type: string; body: string } {
  const { message: msg, code } = error;
  if (format === 'application/xml') {
    const body = xmlDocument('response', [['success', 'false'], ['msg', msg], ['code', code], ['errorId', errorId]]);
    return { type: 'application/xml; charset=utf-8', body };
  }
  return { type: 'application/json; charset=utf-8', body: JSON.stringify({ success: false, msg, data: [], code, errorId, details: error.details }) };
}
