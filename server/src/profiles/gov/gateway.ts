import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseJsonBody } from '../../codecs/json-body.ts';
import { knownNames } from '../../codecs/parameters.ts';
import { requireBodyType } from '../../codecs/request-body.ts';
import { callFrame, readBoundedBody, refuseCall, type CallRequest, type Face, type FaceParts } from '../../http/face.ts';
import { gatewayFields, readGateway, type GatewayFields } from '../../http/proof.ts';
import { httpStatuses } from '../../http/statuses.ts';
import type { refreshSecret } from '../../modules/delivery/index.ts';
import type { SignedProof } from '../../modules/identity/index.ts';

/** As the national gateway's clients have it. */
const path = '/sysapi/auth/refreshappsecret';
const bounds = { maxBytes: 4096, maxDepth: 1 };

export interface GatewayParts extends FaceParts {
  readonly refreshSecret: (proof: SignedProof, call: Parameters<typeof refreshSecret>[2]) => ReturnType<typeof refreshSecret>;
}

/**
 * Clients of the convention read the body of HTTP 200 alone and its `code` as a number, 0 for success: others are our
 * HTTP statuses, which stand in the header `X-Status` too.
 */
const face: Pick<Face, 'name' | 'status' | 'refuse'> = {
  name: 'gov-gateway',
  status: (kind) => httpStatuses[kind],
  refuse: (_request, reply, { error, errorId }) =>
    reply
      .code(200)
      .header('x-status', String(httpStatuses[error.kind]))
      .header('x-error-id', errorId)
      .send({ code: String(httpStatuses[error.kind]), message: `${error.message}（错误编号 ${errorId}）`, data: null }),
};

/** The national gateway's convention: a requester fetches the secret of the day, by which it signs its calls (GOV-auth). */
export function gatewayRoutes(app: FastifyInstance, parts: GatewayParts): void {
  app.post(path, async (request: CallRequest, reply): Promise<FastifyReply> => {
    try {
      const proof = readGateway(await fieldsOf(request));
      const data = await parts.refreshSecret(proof, callFrame(request, face.name));
      return reply.send({ code: '0', message: '成功', data: { ...data, secretEndTime: String(data.secretEndTime) } });
    } catch (fault) {
      return refuseCall(request, reply, face, parts, fault);
    }
  });
}

async function fieldsOf(request: CallRequest): Promise<GatewayFields> {
  requireBodyType(request.headers['content-type'], ['application/json']);
  const given = parseJsonBody(await readBoundedBody(request), bounds, knownNames(gatewayFields));
  const fields: GatewayFields = {};
  for (const name of gatewayFields) {
    const value = given.get(name);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}
