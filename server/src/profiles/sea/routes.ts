import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { chooseEncoding } from '../../codecs/negotiation.ts';
import { frameOf } from '../../http/call.ts';
import { sendAnswer, type ReaderBounds } from '../../http/send.ts';
import { Refusal, type Call, type Delivery } from '../../modules/delivery/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { statuses } from './errors.ts';
import { errorBody, rendering } from './from-domain.ts';
import { path } from './schema.ts';
import { readCall, readParameters } from './to-domain.ts';

export interface SeaParts {
  readonly delivery: Delivery;
  /** Name of the listener that the routes stand on. */
  readonly listener: string;
  readonly readers: ReaderBounds;
}

type Request = FastifyRequest<{ Params: { code: string } }>;

/** SEA table 1: relational data, GET, JSON. */
export function seaRoutes(app: FastifyInstance, parts: SeaParts): void {
  app.get<{ Params: { code: string } }>(path, (request, reply) => answer(request, reply, parts));
  app.route<{ Params: { code: string } }>({
    method: ['POST', 'PUT', 'PATCH', 'DELETE'],
    url: path,
    handler: async (request, reply) => {
      const fault = new DomainError('method-not-allowed', 'request.method', '本接口的请求方式为 GET (this interface is called by GET)');
      return refuse(reply.header('allow', 'GET'), await parts.delivery.refuse(emptyCall(request, reply, parts), rendering.status, fault));
    },
  });
}

async function answer(request: Request, reply: FastifyReply, parts: SeaParts): Promise<FastifyReply> {
  const { delivery } = parts;
  let call = emptyCall(request, reply, parts);
  try {
    try {
      chooseEncoding(request.headers['accept-encoding']);
      const parameters = await readParameters(request, await delivery.parameterNames(request.params.code));
      call = { ...call, ...readCall(parameters) };
    } catch (fault) {
      throw await delivery.refuse(call, rendering.status, fault);
    }
    return await sendAnswer(reply, await delivery.answer(call, rendering), parts.readers);
  } catch (thrown) {
    if (thrown instanceof Refusal) return refuse(reply, thrown);
    throw thrown;
  }
}

const emptyCall = (request: Request, reply: FastifyReply, parts: SeaParts): Call => ({
  ...frameOf(request, reply),
  face: 'sea',
  listener: parts.listener,
  productCode: request.params.code,
  key: undefined,
  parameters: {},
  page: null,
  wantTotal: false,
});

function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply
    .code(200)
    .header('x-status', String(statuses[refusal.error.kind]))
    .header('x-error-id', refusal.errorId)
    .send(errorBody(refusal));
}
