import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { asDomainError, DomainError, type ErrorKind } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { httpStatuses } from '../statuses.ts';

/** RFC 9457. `code` is stable; `errorId` is how the operator finds the cause in the log. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    requestId: Type.String(),
    errorId: Type.String(),
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;

/** As the standards' faces, but for what only operators meet. */
const statuses: Readonly<Record<ErrorKind, number>> = { ...httpStatuses, locked: 423, 'product-unavailable': 409, 'source-unavailable': 502, 'source-changed': 502 };

/** Answers whatever was thrown as a problem; the cause goes to the log under the error ID, and nowhere else. */
export function answerProblem(thrown: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = fromFramework(thrown);
  const status = statuses[error.kind];
  const errorId = newId();
  request.log[error.kind === 'internal' ? 'error' : 'info']({ errorId, code: error.code, requestId: request.id, traceId: request.traceId, err: error.cause }, 'request refused');
  return reply.code(status).type('application/problem+json').send(problemOf(error, errorId, request.id));
}

/** The framework's own refusals in our words. */
function fromFramework(thrown: FastifyError | Error): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const status = 'statusCode' in thrown ? thrown.statusCode : undefined;
  if (status === 413) return new DomainError('too-large', 'request.too-large', '请求体过大 (the body is too large)', { cause: thrown });
  if (status === 415) return new DomainError('unsupported-media-type', 'request.media-type', '不支持的内容类型，请以 application/json 提交 (send application/json)', { cause: thrown });
  if (status !== undefined && status >= 400 && status < 500) return new DomainError('malformed-request', 'request.malformed', '请求无法解析 (the request cannot be read)', { cause: thrown });
  return asDomainError(thrown);
}

export const problemOf = (error: DomainError, errorId: string, requestId: string): Problem => ({
  type: `urn:lingqu:problem:${error.code}`,
  title: error.kind,
  status: statuses[error.kind],
  detail: error.message,
  code: error.code,
  requestId,
  errorId,
  details: { ...error.details },
});

export const answerUnknownPath = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  answerProblem(new DomainError('not-found', 'request.path', '没有这个接口 (no such path)'), request, reply);
