/** Table C1: the parameters that annex B prints. The product's own stand in `params`, as the text of a JSON object. */
export const ownParameters = ['interfaceId', 'applyId', 'pageNum', 'pageSize', 'params', 'applyKey', 'requestUser', 'resId'] as const;

/** What the caller says of his application and its user: for the journal, by which both sides trace a call. */
export const noteParameters = ['applyId', 'requestUser', 'resId'] as const;

export const bounds = {
  interfaceId: 64,
  note: 128,
  params: { maxBytes: 16 * 1024, maxDepth: 1 },
} as const;
