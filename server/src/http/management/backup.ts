import type { Readable } from 'node:stream';
import Type from 'typebox';
import { allow } from '../../modules/identity/index.ts';
import type { Routes } from './app.ts';
import { operate } from './operate.ts';
import { problem } from './schemas.ts';

/** The whole node, sealed under a passphrase; the composition root hands it in. */
export interface BackupControl {
  /** Throws `backup.passphrase.short`. */
  checkPassphrase(passphrase: string): void;
  /** An error destroys the stream; destroying it ends the reading. */
  open(passphrase: string): Promise<Readable>;
}

const Input = Type.Object({ passphrase: Type.String({ maxLength: 1000, description: '备份由它加密，恢复时须给出' }) }, { additionalProperties: false });
const Streamed = Type.Unsafe<Readable>({ type: 'string', format: 'binary' });
const TYPE = 'application/octet-stream';

export const backupRoutes =
  (control: BackupControl): Routes =>
  (parts) =>
  async (app) => {
    const response = { 200: { description: '备份文件', content: { [TYPE]: { schema: Streamed } } }, default: problem };
    app.post('/backup', { schema: { operationId: 'backUpNode', tags: ['node'], summary: '备份整个节点（含节点密钥），由运行中的节点给出', body: Input, response } }, async (request, reply) => {
      allow(request.actor, 'node.operate');
      const { passphrase } = request.body;
      control.checkPassphrase(passphrase);
      await operate(parts, request, 'node.backup', async () => undefined);
      const file = await control.open(passphrase);
      file.once('error', (error) => request.log.error({ err: error, requestId: request.id }, 'back-up cut'));
      return reply.type(TYPE).header('content-disposition', 'attachment; filename="lingqu.backup"').send(file);
    });
  };
