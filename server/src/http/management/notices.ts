import Type, { type Static } from 'typebox';
import { ownerFilter } from '../../modules/identity/index.ts';
import { listNotices, seeNotice, type Notice } from '../../modules/resources/index.ts';
import type { Routes } from './app.ts';
import { operate } from './operate.ts';
import { PageOf, pageOf, pageQuery, positionOf, positionText } from './paging.ts';
import { answers, Instant, Reference } from './schemas.ts';

const NoticeView = Type.Object({ id: Type.String(), at: Instant, kind: Type.String(), about: Type.String(), message: Type.String(), seen: Type.Boolean() }, { $id: 'Notice' });
const Query = Type.Object({ ...pageQuery, unseen: Type.Boolean({ default: false, description: '只看未读' }) }, { additionalProperties: false });
const tags = ['notices'];

const viewOf = (notice: Notice): Static<typeof NoticeView> => ({ ...notice, at: notice.at.toISOString() });

/** What operators should know of: a source that has changed (NDI 6.3.1). */
export const noticeRoutes: Routes = (parts) => async (app) => {
  app.get('/notices', { schema: { operationId: 'listNotices', tags, querystring: Query, response: answers(PageOf(NoticeView)) } }, async (request) => {
    const { cursor, limit, unseen } = request.query;
    const ownerId = ownerFilter(request.actor, 'notices.read') ?? null;
    const rows = await listNotices(parts.database, { ownerId, unseen, after: positionOf(cursor), limit: limit + 1 });
    const page = pageOf(rows, limit, ({ at, id }) => positionText(at, id));
    return { ...page, items: page.items.map(viewOf) };
  });
  app.post('/notices/:id/seen', { schema: { operationId: 'seeNotice', tags, params: Type.Object({ id: Reference }), response: answers(NoticeView) } }, async (request) => {
    const ownerId = ownerFilter(request.actor, 'notices.read');
    const notice = await operate(parts, request, 'notice.see', (tx) => seeNotice(tx, ownerId, request.params.id), ({ about, kind }) => ({ details: JSON.stringify({ kind, about }) }));
    return viewOf(notice);
  });
};
