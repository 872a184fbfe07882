import Type from 'typebox';
import { wireTable } from '../../codecs/forms.ts';
import { PREVIEW_ROWS, previewRows } from '../../modules/delivery/index.ts';
import { fieldTypes } from '../../modules/policy/index.ts';
import type { Routes } from './app.ts';
import { Parameters } from './explain.ts';
import { holderOf, ownedProduct } from './finding.ts';
import { operate } from './operate.ts';
import { answers, Reference } from './schemas.ts';

const Question = Type.Object(
  { subject: Reference, product: Reference, parameters: Type.Optional(Parameters), limit: Type.Integer({ minimum: 1, maximum: PREVIEW_ROWS, default: 10 }) },
  { additionalProperties: false },
);

const PreviewView = Type.Object(
  {
    columns: Type.Array(Type.Object({ name: Type.String(), type: Type.Enum(fieldTypes), masked: Type.Boolean() })),
    rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Null()])), { description: '每格为文本，NULL 为 null' }),
  },
  { $id: 'Preview' },
);

/** The rows as a grant would see them; that somebody looked stands in the journal before he sees them. */
export const previewRoutes: Routes = (parts) => async (app) => {
  const summary = '按授权的列、行条件和脱敏预览数据；预览记入日志，不占配额';
  app.post('/preview', { schema: { operationId: 'preview', tags: ['grants'], summary, body: Question, response: answers(PreviewView) } }, async (request) => {
    const { parameters = {}, limit } = request.body;
    const product = await ownedProduct(parts, request, 'products.preview', request.body.product);
    const subject = await holderOf(parts, request, 'products.preview', product, request.body.subject);
    const sourceChanged = parts.watch.report.bind(parts.watch);
    const seen = await previewRows({ ...parts, sourceChanged }, { subjectId: subject.id, product, parameters, limit, forms: wireTable['gov-csv'].types });
    await operate(parts, request, 'product.preview', async () => seen, ({ grant, rows, details }) => ({
      productId: grant.productId,
      productCode: grant.productCode,
      productVersion: seen.product.liveVersion ?? seen.product.draftVersion,
      subjectId: grant.subjectId,
      grantId: grant.id,
      rows: rows.length,
      details,
    }));
    return { columns: [...seen.columns], rows: seen.rows.map((row) => [...row]) };
  });
};
