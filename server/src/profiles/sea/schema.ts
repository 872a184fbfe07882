/** SEA table 1: the face's own parameters. Names are read in any case (decision 1). */
export const ownParameters = ['appkey', 'pageNum', 'pageSize'] as const;

/** `/szsea/api/sharing/<code>` (decision 3). */
export const path = '/szsea/api/sharing/:code';

/** The words of success that tables 1 to 3 print. */
export const successMessage = '信息操作成功!';

