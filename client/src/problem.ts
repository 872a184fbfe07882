/** What the node answers when it refuses (RFC 9457), as far as it can be relied on. */
interface ProblemDocument {
  readonly code: string;
  readonly detail: string;
  readonly status: number;
  readonly requestId: string;
  readonly errorId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * A refusal of the node, or of the way to it. `code` is stable: programs decide by it. `status` is the HTTP status, 0
 * where there was no answer; `errorId` is how the node's operator finds the cause in its log.
 */
export class LingquProblem extends Error implements ProblemDocument {
  override readonly name = 'LingquProblem';
  readonly code: string;
  readonly detail: string;
  readonly status: number;
  readonly requestId: string;
  readonly errorId: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ code, detail, status, requestId = '', errorId = '', details = {} }: Pick<ProblemDocument, 'code' | 'detail' | 'status'> & Partial<ProblemDocument>, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.detail = detail;
    this.status = status;
    this.requestId = requestId;
    this.errorId = errorId;
    this.details = details;
  }

  toJSON(): ProblemDocument {
    const { code, detail, status, requestId, errorId, details } = this;
    return { code, detail, status, requestId, errorId, details };
  }
}

/** What stands between us and the node may answer in its own words: they are shown, and coded as `http.<status>`. */
export async function problemOf(response: Response): Promise<LingquProblem> {
  const text = await response.text().catch(() => '');
  const read = parse(text);
  const requestId = textOf(read['requestId']) || (response.headers.get('x-request-id') ?? '');
  return new LingquProblem({
    code: textOf(read['code']) || `http.${response.status}`,
    detail: textOf(read['detail']) || `${response.status} ${response.statusText} ${text.slice(0, 300)}`.trim(),
    status: response.status,
    requestId,
    errorId: textOf(read['errorId']),
    details: recordOf(read['details']),
  });
}

/** `fetch` says no more than "fetch failed": the reason is in the cause. */
export function unreachable(url: string, error: unknown): LingquProblem {
  const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : undefined;
  const said = reason === undefined ? '' : 'code' in reason ? String(reason.code) : reason.message;
  return new LingquProblem(
    { code: 'client.unreachable', status: 0, detail: `连不上节点 ${url}：${said} (cannot reach the node)` },
    { cause: error },
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const recordOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {});
