/**
 * Checks of the policy engine, each taken away: in `file`, the one place of `text` becomes `instead`. Some case of the
 * matrices must fail for each. When the engine is rewritten, so is this list: a text that is not found once is an error.
 */
export interface Mutant {
  readonly term: string;
  readonly check: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

type Change = readonly [check: string, text: string, instead: string];

const mutants = (term: string, file: string, changes: readonly Change[]): Mutant[] =>
  changes.map(([check, text, instead]) => ({ term, check, file, text, instead }));

export const policyMutants: readonly Mutant[] = [
  // ---- the steps of a decision: each judged in vain
  ...mutants('state', 'decide.ts', [
    ['the denial', "['state', judgeState]", "['state', (call) => (judgeState(call), null)]"],
    ['only active grants serve', "if (grant.state === 'active') {", 'if (grant.state !== null) {'],
    ['suspended grants', "if (grant.state === 'active') {", "if (grant.state !== 'revoked') {"],
    ['revoked grants', "if (grant.state === 'active') {", "if (grant.state !== 'suspended') {"],
  ]),
  ...mutants('validity', 'decide.ts', [
    ['the denial', "['validity', judgeValidity]", "['validity', (call) => (judgeValidity(call), null)]"],
    ['the beginning', '!(now >= grant.validFrom)', 'Number.isNaN(now)'],
    ['the beginning is inclusive', '!(now >= grant.validFrom)', '!(now > grant.validFrom)'],
    ['the end', '!(now < grant.validTo)', 'false'],
    ['the end is exclusive', '!(now < grant.validTo)', '!(now <= grant.validTo)'],
    ['an end that is no time', '!(now < grant.validTo)', 'now >= grant.validTo'],
    ['a clock without time', '!(now >= grant.validFrom)', 'now < grant.validFrom'],
  ]),
  ...mutants('addresses', 'decide.ts', [
    ['the denial', "['addresses', judgeAddress]", "['addresses', (call) => (judgeAddress(call), null)]"],
    ['every list binds', 'denied ||= !allowed;', 'denied = !allowed;'],
    ['an address that cannot be read', 'const allowed = address !== null && isAllowed(networks, address);', 'const allowed = address === null || isAllowed(networks, address);'],
  ]),
  ...mutants('addresses', 'addresses.ts', [
    ['the comparison', 'address.match(base, bits)) return true', 'true) return true'],
    ['the family', 'base.kind() === address.kind() && ', 'base.kind() !== "x" && '],
    ['mapped addresses in hexadecimal', 'return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;', 'return address;'],
    ['odd spellings', 'ipaddr.IPv4.isValidFourPartDecimal(text) ?', 'ipaddr.IPv4.isValid(text) ?'],
    ['the length of a prefix', 'if (!(bits <= width))', 'if (false)'],
    ['host bits', 'if (hasHostBits(written, bits))', 'if (false)'],
  ]),
  ...mutants('parameters', 'decide.ts', [
    ['the denial', "['parameters', judgeParameters]", "['parameters', (call) => (judgeParameters(call), null)]"],
    ['an error of a value', "error ??= denyRequest(call, 'parameters', condition);", ''],
    ['the conditions reach the plan', 'grant.where.of.concat(conditions)', 'grant.where.of'],
  ]),
  ...mutants('parameters', 'parameters.ts', [
    ['names in any case', '?? parameters.byName.get(name.toLowerCase())', ''],
    ['unknown names', 'if (parameter === undefined) return unknownParameter(name, parameters);', 'if (parameter === undefined) continue;'],
    ['names given twice', 'if (values[parameter.index] !== undefined) {', 'if (false) {'],
    ['required ones', 'if (parameter.required && values', 'if (parameter.index < 0 && values'],
    ['empty values', "if (values[parameter.index] === '') values[parameter.index] = undefined;", ''],
    ['the length', 'if (isTooLong(raw)) {', 'if (false) {'],
    ['the length in characters', '|| [...raw].length > maxLength)', '|| true)'],
    ['NUL and lone surrogates', 'if (!isSoundText(raw)) return', 'if (false) return'],
    ['the number of values', 'if (texts.length > maxValues) return', 'if (false) return'],
    ['empty values of a list', "text === '' ? null : ", ''],
    ['the form', 'return operand === null ? misread(parameter) : conditionOf(parameter, operand);', 'return conditionOf(parameter, operand ?? { literal: { type: parameter.type, text: raw }, until: null });'],
    ['the form in a list', 'if (operand === null) return misread(parameter);', 'if (operand === null) continue;'],
    ['the start of a range', "operator === 'range-start'", "operator === 'like'"],
    ['the end of a range', "operator === 'range-end' ? 'le' : 'eq'", "operator === 'range-end' ? 'eq' : 'eq'"],
  ]),
  ...mutants('parameters', 'literals.ts', [
    ['integers', 'if (bounds === undefined || !wholeForm.test(text)) return null;', 'if (bounds === undefined || !/^[+-]?[0-9x]+$/.test(text)) return null;'],
    ['the least integer', 'value < bounds[0] || ', ''],
    ['the greatest integer', ' || value > bounds[1]', ''],
    ['minus zero', "parts[1] === '-' && size !== '0'", "parts[1] === '-'"],
    ['UUIDs', 'return uuidForm.test(text.toLowerCase()) ?', 'return text !== "" ?'],
  ]),
  ...mutants('parameters', 'times.ts', [
    ['impossible days', 'date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth ? start : null', 'date.getUTCMonth() < 12 && dayOfMonth < 99 ? start : null'],
    ['impossible hours', 'hours > 23 || ', ''],
    ['impossible minutes', 'minutes > 59 || seconds > 59', 'seconds > 59'],
    ['leap seconds', ' || seconds > 59 ?', ' ?'],
    ['impossible zones', 'if (hours > 14 || minutes > 59) return null;', ''],
    ['years read differently', 'if (year < firstYear) return null;', ''],
    ['the last instant', 'if (instant > lastInstant) return null;', ''],
    ['Asia/Shanghai', 'return local - 8 * hour;', 'return local;'],
    ['summer time', 'if (local >= fixedSince) return', 'if (local >= 0) return'],
    ['an end by its day', "until: write(shanghai(start + day), '')", 'until: null'],
  ]),
  ...mutants('columns', 'decide.ts', [
    ['the denial', "['columns', judgeColumns]", "['columns', (call) => (judgeColumns(call), null)]"],
    ['conditions on hidden columns', "judgeGiven(call, 'columns')", 'null'],
  ]),
  ...mutants('columns', 'join.ts', [
    ['the template hides', 'shows(template, name) && shows(grant, name)', 'shows(grant, name)'],
    ['the grant hides', 'shows(template, name) && shows(grant, name)', 'shows(template, name)'],
    ['hidden is closed', "return { open: false, term: 'columns', holder: offered ? 'grant' : 'product' };", 'return { open: offered || !offered } as Access;'],
    ['who hides', "offered ? 'grant' : 'product'", "offered ? 'grant' : 'grant'"],
    ['nothing left to show', "columns.length === 0) problems.add('columns'", "columns.length < 0) problems.add('columns'"],
    ['hidden columns in the order', 'product.order.filter(({ column }) => access(column).open)', "product.order.filter(({ column }) => (access(column) as { term?: string }).term !== 'masks')"],
    ['required parameters', 'if (required && !seen.open)', 'if (name === "" && !seen.open)'],
  ]),
  ...mutants('columns', 'terms.ts', [
    ['unknown fields', 'if (!known.has(name)) problems', 'if (false) problems'],
    ['products without fields', "if (product.kind !== 'query') problems.add('columns'", "if (false) problems.add('columns'"],
  ]),
  ...mutants('masks', 'decide.ts', [
    ['the denial', "['masks', judgeMasks]", "['masks', (call) => (judgeMasks(call), null)]"],
    ['conditions on masked columns', "judgeGiven(call, 'masks')", 'null'],
  ]),
  ...mutants('masks', 'join.ts', [
    ['the template masks', 'template.masks.get(field) ?? grant.masks.get(field) ?? null', 'grant.masks.get(field) ?? null'],
    ['the grant masks', 'template.masks.get(field) ?? grant.masks.get(field) ?? null', 'template.masks.get(field) ?? null'],
    ['masked is closed', 'if (shown.some(({ mask }) => mask === null)) return', 'if (shown.length > 0) return'],
    ['masked columns in the order', 'product.order.filter(({ column }) => access(column).open)', "product.order.filter(({ column }) => (access(column) as { term?: string }).term !== 'columns')"],
    ['masks of both for one field', 'if (template.masks.has(field)) problems', 'if (false) problems'],
    ['exposed by another field', 'if (other !== undefined) problems', 'if (name === "" && other !== undefined) problems'],
  ]),
  ...mutants('masks', 'terms.ts', [
    ['unknown fields', "problems.add('masks', 'unknown'", "String('masks' + 'unknown'"],
    ['unknown fields deny', "problems.add('masks', 'unknown'", "problems.addHarmless('masks', 'unknown'"],
    ['columns that a field left', "problems.add('masks', 'moved'", "String('masks' + 'moved'"],
    ['two masks for one field', 'if (masks.has(mask.field)) problems', 'if (false) problems'],
    ['masks that do not fit', 'if (reason !== null) problems', 'if (false) problems'],
  ]),
  ...mutants('masks', 'masks.ts', [
    ['fixed texts', "if (field.type !== 'varchar') return", "if (false) return"],
    ['partial and hash', "return field.type === 'varchar' ? null :", "return field.name !== '' ? null :"],
    ['steps of numbers', 'if (!isNumeric(columnType)) return', "if (columnType === 'json') return"],
    ['units of dates', 'if (!isTemporal(columnType)) return', "if (columnType === 'json') return"],
    ['days that stay as they are', "columnType === 'date' && (mask.unit", "columnType === 'json' && (mask.unit"],
    ['steps of integers', 'Number.isInteger(step) && step > 1', 'step > 1'],
  ]),
  ...mutants('rows', 'join.ts', [
    ['the term', 'return [rows, region, ...(period?.conditions ?? [])]', 'return [region, ...(period?.conditions ?? [])]'],
    ["the template's terms", '[...conditionsOf(template), ...conditionsOf(grant)]', '[...conditionsOf(grant)]'],
    ["the grant's terms", '[...conditionsOf(template), ...conditionsOf(grant)]', '[...conditionsOf(template)]'],
  ]),
  ...mutants('rows', 'rows.ts', [
    ['the depth', 'if (depth > maxRuleDepth) return', 'if (false) return'],
    ['unknown columns', "problems.add('rows', 'column'", "String('rows' + 'column'"],
    ['negation', "return inner === null ? null : { op: 'not', of: inner };", 'return inner;'],
    ['types without comparison', 'if (!isComparable(type)) return refuse', "if (type === 'other') return refuse"],
    ['like', "if (type !== 'text') return refuse", "if (type === 'other') return refuse"],
    ['sound patterns', 'if (!isSoundText(rule.like)) return', 'if (false) return'],
    ['order', "op !== 'eq' && op !== 'ne' && !isOrdered(type)", "op !== 'eq' && op !== 'ne' && type === 'other'"],
    ['literals', "refuse(problems, 'literal', misreading(column, type)) : comparison", 'null : comparison'],
    ['literals of inputs', "refuse(problems, 'literal', misreading(column, type)) : {", 'null : {'],
    ['literals of lists', "sound.length === operands.length ? membership(column, sound) : refuse(problems, 'literal', misreading(column, type))", 'membership(column, sound)'],
    ['exact integers', '|| (Number.isInteger(value) && !Number.isSafeInteger(value))', ''],
  ]),
  ...mutants('rows', 'conditions.ts', [
    ['le a day', "return { op: 'lt', column, value: until };", 'return { op, column, value: literal };'],
    ['gt a day', "return { op: 'ge', column, value: until };", 'return { op, column, value: literal };'],
  ]),
  ...mutants('region', 'join.ts', [
    ['the term', 'return [rows, region, ...(period?.conditions ?? [])]', 'return [rows, ...(period?.conditions ?? [])]'],
  ]),
  ...mutants('region', 'region.ts', [
    ['unknown columns', "if (type === undefined) problems.add('region', 'column'", "if (column === '') problems.add('region', 'column'"],
    ['numeric columns', '(isNumeric(type) ? null', "(type !== 'json' ? null"],
    ['columns of geometries', "(type === 'geometry' ? null", "(type !== 'json' ? null"],
    ['inputs', 'else if (isInput(product, column)) problems', 'else if (column === "") problems'],
    ['two columns', 'if (lon === lat) problems', 'if (false) problems'],
    ['south of north', 'if (south > north) problems', 'if (false) problems'],
    ['boxes without area', 'if (west === east || south === north) problems', 'if (false) problems'],
    ['sides that cross', 'if (sides.length <= maxEdges && crossesItself(sides)) problems', 'if (false) problems'],
    ['rings that are open', 'if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) problems', 'if (false) problems'],
    ['rings without area', 'if (ring.every(([x]) => x === first?.[0]) || ring.every(([, y]) => y === first?.[1])) problems', 'if (false) problems'],
  ]),
  ...mutants('time', 'join.ts', [
    ['the term', 'return [rows, region, ...(period?.conditions ?? [])]', 'return [rows, region]'],
    ['no time in common', 'if (isDisjoint(template, grant)) problems', 'if (false) problems'],
    ['of one column only', ' || outer.column !== inner.column', ''],
  ]),
  ...mutants('time', 'terms.ts', [
    ['unknown columns', "problems.add('time', 'column', ", "String('time' + 'column' + "],
    ['columns of times', 'if (!isTemporal(type)) {', "if (type === 'json') {"],
    ['no bounds', 'if (time.from === undefined && time.to === undefined) problems', 'if (false) problems'],
    ['bounds that cannot be read', 'if (text !== undefined && operand === null) problems', 'if (text === "" && operand === null) problems'],
    ['contradictions', 'if (isContradictory(from, to)) problems', 'if (false) problems'],
    ['the beginning', "if (from !== null) conditions.push(comparison('ge', column, from));", ''],
    ['the end', "if (to !== null) conditions.push(comparison('le', column, to));", ''],
  ]),
  ...mutants('paging', 'decide.ts', [
    ['the denial', "['paging', judgePaging]", "['paging', (call) => (judgePaging(call), null)]"],
    ['the size of a page', ' || page.limit > maxPageSize', ''],
    ['the least page', 'page.limit < 1 || ', ''],
    ['whole rows', '!Number.isSafeInteger(page.limit) || ', ''],
    ['the first row', ' || page.offset < 0', ''],
    ['whole offsets', '!Number.isSafeInteger(page.offset) || ', ''],
    ['the depth', 'if (page.offset > maxOffset) {', 'if (false) {'],
    ['products without pages', "if (kind !== 'query') return denyRequest", 'if (false) return denyRequest'],
    ['the page in the plan', 'page: request.page,', 'page: null,'],
    ['the cap in the plan', 'cap: grant.product.cap,', 'cap: Infinity,'],
  ]),
  ...mutants('paging', 'join.ts', [
    ['the key', 'return [...order, ...missing.map((column): OrderTerm => ({ column, direction: \'asc\' }))];', 'return missing.length < 0 ? [] : order;'],
    ['the key once', '!order.some((term) => term.column === column)', 'column !== ""'],
  ]),
  ...mutants('quotas', 'terms.ts', [
    ['duplicates', 'if (seen.has(name)) problems', 'if (false) problems'],
    ['the term', 'return quotas ?? [];', 'return [];'],
  ]),
  ...mutants('quotas', 'compile.ts', [
    ['the holder', '({ ...quota, holder })', "({ ...quota, holder: holder === 'grant' ? holder : 'grant' })"],
  ]),
  ...mutants('quotas', 'decide.ts', [
    ['the quotas in the plan', 'quotas: grant.quotas,', 'quotas: [],'],
  ]),
  ...mutants('concurrency', 'terms.ts', [
    ['the term', 'concurrency: policy.concurrency ?? null,', 'concurrency: null,'],
  ]),
  ...mutants('concurrency', 'decide.ts', [
    ['the bound in the plan', 'concurrency: grant.concurrency,', 'concurrency: [],'],
  ]),
  // ---- what holds for all terms
  ...mutants('all', 'decide.ts', [
    ['terms that cannot be enforced', '?? unenforceableTerm(call, term)', ''],
    ['the first denial stands', 'denial ??= ', 'denial = '],
  ]),
  ...mutants('all', 'terms.ts', [
    ['the vocabulary', 'if (schema.Check(policy)) return true;', 'if (policy !== null) return true;'],
    ['unknown terms', "if (!known.includes(name)) problems.add('state', 'unknown-term'", "if (known.includes('')) problems.add('state', 'unknown-term'"],
  ]),
  ...mutants('all', 'compile.ts', [
    ["the template's problems", '[...terms.product.problems, ...terms.grant.problems, ...joined.problems]', '[...terms.grant.problems, ...joined.problems]'],
    ["the grant's problems", '[...terms.product.problems, ...terms.grant.problems, ...joined.problems]', '[...terms.product.problems, ...joined.problems]'],
    ['problems of both together', '[...terms.product.problems, ...terms.grant.problems, ...joined.problems]', '[...terms.product.problems, ...terms.grant.problems]'],
  ]),
  ...mutants('all', 'join.ts', [
    ['only query products show fields', "product.kind === 'query' ? planColumns(product, template, grant) : []", 'planColumns(product, template, grant)'],
  ]),
];
