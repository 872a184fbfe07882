import type { FastifyRequest } from 'fastify';
import { asDomainError } from '../../kernel/errors.ts';
import { actorText } from '../../modules/identity/index.ts';
import { recordOperation, type EventEntry } from '../../modules/journal/index.ts';
import type { Transaction } from '../../storage/database.ts';
import type { ManagementParts } from './parts.ts';

type About = Partial<Omit<EventEntry, 'event' | 'actor' | 'result'>>;

/** The record of a management action by whoever asks. */
export const operationOf = (request: FastifyRequest, event: string, about: About = {}, actor = actorText(request.actor)): EventEntry => ({
  event,
  actor,
  result: 'done',
  face: 'management',
  requestId: request.id,
  traceId: request.traceId,
  address: request.clientAddress,
  ...about,
});

/**
 * Makes a change and its journal record in one transaction, then lets this replica feel it at once.
 * @param about what the record says of the outcome: product, subject, grant, and `details` as JSON text without secrets
 */
export async function operate<T>(
  parts: ManagementParts,
  request: FastifyRequest,
  event: string,
  work: (tx: Transaction) => Promise<T>,
  about: (result: T) => About = () => ({}),
): Promise<T> {
  const result = await parts.database.transaction(async (tx) => {
    const done = await work(tx);
    await recordOperation(tx, operationOf(request, event, about(done)));
    return done;
  });
  await parts.access.confirm();
  return result;
}

/** Records an action that was refused, such as a log-in, by the code of what was thrown. */
export async function recordFailure(parts: ManagementParts, request: FastifyRequest, event: string, thrown: unknown, actor: string): Promise<void> {
  const reason = asDomainError(thrown).code;
  await parts.database.transaction((tx) => recordOperation(tx, { ...operationOf(request, event, { reason }, actor), result: 'denied' }));
}
