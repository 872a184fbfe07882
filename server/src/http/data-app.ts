import type { FastifyError, FastifyInstance } from 'fastify';
import { DomainError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { httpStatuses } from './statuses.ts';

/** Faces read bodies themselves, within their bounds, and answer their own errors; this is for what no face takes. */
export function prepareDataApp(app: FastifyInstance): void {
  app.decorateRequest('received', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ success: false, msg: `没有这个接口：${request.url.split('?', 1)[0]?.slice(0, 100) ?? ''} (no such interface)`, data: [] }));
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const errorId = newId();
    const refusedBy = 'error' in thrown && thrown.error instanceof Error ? thrown.error : thrown;
    const told = refusedBy instanceof DomainError;
    const status = told ? httpStatuses[refusedBy.kind] : clientStatus(thrown);
    request.log[status >= 500 ? 'error' : 'info']({ errorId, requestId: request.id, err: thrown }, 'request failed outside a call');
    const msg = told && status < 500 ? refusedBy.message : status < 500 ? '请求无法解析 (the request cannot be read)' : '节点内部错误 (internal error)';
    return reply.code(status).header('x-error-id', errorId).send({ success: false, msg: `${msg}（错误编号 ${errorId}）`, data: [] });
  });
}

const clientStatus = (thrown: FastifyError): number => (thrown.statusCode !== undefined && thrown.statusCode >= 400 && thrown.statusCode < 500 ? thrown.statusCode : 500);
