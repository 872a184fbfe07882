import Type from 'typebox';
import { getPublicKey, setPublicKey } from '../../modules/identity/index.ts';
import type { Routes } from './app.ts';
import { aboutSubject, ownedSubject } from './finding.ts';
import { operate } from './operate.ts';
import { answers, nothing, Reference } from './schemas.ts';

const Path = Type.Object({ subject: Reference });
const PublicKey = Type.Object({ publicKey: Type.Union([Type.String({ maxLength: 4096 }), Type.Null()], { description: 'PEM（BEGIN PUBLIC KEY）：SM2，或 RSA 2048 至 8192 位' }) }, { $id: 'PublicKey', additionalProperties: false });

/** The key of a subject to which answers wrap theirs (AGR annex B, decisions 9 and 36). Its owner keeps it as he keeps his appkeys. */
export const publicKeyRoutes: Routes = (parts) => async (app) => {
  app.get('/subjects/:subject/public-key', { schema: { operationId: 'getPublicKey', params: Path, response: answers(PublicKey) } }, async (request) => {
    const subject = await ownedSubject(parts, request, 'credentials.read', request.params.subject);
    return { publicKey: await getPublicKey(parts.database, subject.id) };
  });

  app.put('/subjects/:subject/public-key', { schema: { operationId: 'setPublicKey', params: Path, body: PublicKey, response: nothing } }, async (request, reply) => {
    const subject = await ownedSubject(parts, request, 'credentials.rotate', request.params.subject);
    const { publicKey } = request.body;
    await operate(parts, request, 'public-key.set', (tx) => setPublicKey(tx, subject.id, publicKey), () => aboutSubject(subject, { registered: publicKey !== null }));
    return reply.code(204).send(null);
  });
};
