/** The operation of the upstream that every contender calls. */
export const operation = { name: 'weather', path: '/weather', parameters: [{ name: 'district', in: 'query', required: true }] } as const;
