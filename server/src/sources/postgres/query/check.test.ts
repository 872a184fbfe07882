import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { loadModule } from 'libpg-query';
import { DomainError } from '../../../kernel/errors.ts';
import { checkSelect } from './check.ts';

before(() => loadModule());

const schemas = ['public', 'more'];

describe('what PostgreSQL’s grammar says of a query', () => {
  test('ordinary queries pass', () => {
    for (const sql of [
      'SELECT town, count(*) AS n, sum(age) FILTER (WHERE age > 3) AS s, round(avg(age), 1) FROM public.visits WHERE day BETWEEN $1::date AND current_date GROUP BY ROLLUP (town) HAVING count(*) > 3 ORDER BY n DESC NULLS LAST LIMIT 5',
      'WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 10) SELECT DISTINCT ON (i) i FROM r ORDER BY i',
      "SELECT extract(year FROM day) AS y, day AT TIME ZONE 'Asia/Shanghai' AS d, day + interval '1 day' AS e, trim(both ' ' FROM town) AS t, substring(town FROM 1 FOR 2) AS u FROM visits",
      "SELECT v.doc -> 'a' ->> 'b' AS b, v.list[1] AS f, v.list[1:2] AS g, ARRAY[1, 2] AS h, (ROW(1, 2)).f1 AS i FROM more.visits v CROSS JOIN LATERAL (SELECT max(w.id) AS m FROM visits w WHERE w.town = v.town) x",
      "SELECT id, row_number() OVER w AS n, CASE WHEN age > 3 THEN 'x' ELSE coalesce(town, 'y') END AS c, id = ANY ($1::int8[]) AS a, town LIKE 'x%' AS l, age NOT BETWEEN 1 AND 2 AS n2, town SIMILAR TO 'a|b' AS s FROM visits WINDOW w AS (PARTITION BY town ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
      'SELECT a.x FROM (VALUES (1), (2)) AS a (x) WHERE EXISTS (SELECT FROM visits) EXCEPT SELECT 2',
      'SELECT id, st_distance(place, st_setsrid(st_makepoint(114.05, 22.54), 4326)) AS d, place::geometry AS g FROM places WHERE place && st_makeenvelope(113, 22, 115, 23, 4326)',
      "SELECT replace(phone, '-', '') AS a, replace(town, 'ab', '中'), regexp_replace(phone, '[^0-9]', '', 'g') AS b, regexp_replace(town, '区$', '') AS c, concat_ws('、', town, phone) AS d, array_to_string(array_agg(town), ',') AS e, phone::char(11) AS f FROM visits",
      'SELECT item FROM visits v, unnest(v.items) WITH ORDINALITY AS i (item, place)',
    ]) checkSelect(sql, schemas);
  });

  test('names that the database looks up are told, since each may lead to a function of its own', () => {
    const { functions, operators, types, attributes } = checkSelect("SELECT v.leak, (v).other, plain, length(town), pg_catalog.upper(town), extract(year FROM day), id + 1, town LIKE 'x', id::numeric FROM visits v ORDER BY id USING >", schemas);
    assert.deepEqual([functions, operators, types, attributes].map((names) => [...names].toSorted()), [['length'], ['+', '>', '~~'], ['numeric'], ['leak', 'other']]);
  });

  test('parts of the grammar that are not listed are refused, wherever they stand', () => {
    const refused = (error: unknown): boolean => error instanceof DomainError && /^query\.(not-allowed|schema|statements)$/.test(error.code);
    const parts = ["xmlelement(name x)", "'x'::regclass", "'x'::public.visits", 'public.f(1)', 'f(1)', 'pg_catalog.pg_sleep(1)', 'current_role', 'session_user', '1 OPERATOR(public.+) 1', "town COLLATE \"und-x-icu\"", '(SELECT 1 FROM hidden.t)', '(SELECT 1 FROM db.public.t)', '(SELECT 1 FROM pg_class)', "json_query('{}', '$')"];
    for (const part of parts) {
      for (const sql of [`SELECT ${part} AS x`, `SELECT 1 FROM visits WHERE (${part})::text = ''`, `SELECT 1 FROM visits ORDER BY ${part}`, `WITH w AS (SELECT ${part} AS x) SELECT 1`, `SELECT 1 FROM visits a JOIN visits b ON (${part})::text = ''`, `SELECT 1 LIMIT (${part})::text::int`, `SELECT sum(1) OVER (ORDER BY ${part})`, `SELECT sum(1) FILTER (WHERE (${part})::text = '')`, `VALUES (${part})`, `SELECT 1 UNION SELECT ${part}`]) {
        assert.throws(() => checkSelect(sql, schemas), refused, sql);
      }
    }
    for (const sql of ['SELECT 1 FROM visits TABLESAMPLE SYSTEM (1)', "SELECT 1 FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS x text)", 'SELECT 1 FROM f() AS g (x int)', 'SELECT 1 ORDER BY 1 USING OPERATOR(public.<)', 'TABLE pg_class', 'SELECT 1 INTO x UNION SELECT 2', '(SELECT 1 FOR SHARE) UNION SELECT 2']) {
      assert.throws(() => checkSelect(sql, schemas), refused, sql);
    }
  });

  test('with a smallest group, nothing in the answer tells of the groups that are left out', () => {
    const check = (sql: string): unknown => checkSelect(sql, schemas, 'n');
    for (const sql of [
      "SELECT town, count(*) AS n, round(avg(age), 1) AS age FROM visits WHERE town IN (SELECT t.town FROM towns t WHERE t.open) GROUP BY town HAVING count(*) < 900 ORDER BY n LIMIT 9",
      'WITH v AS (SELECT DISTINCT person, town FROM visits) SELECT town, count(DISTINCT person) AS n, (SELECT t.name FROM towns t WHERE t.code = v.town) AS name FROM v GROUP BY town',
      'SELECT pg_catalog.count(age) FILTER (WHERE age > 3) n FROM visits',
    ]) check(sql);
    const groups = 'SELECT town, count(*) AS n FROM visits';
    for (const sql of [
      `${groups} GROUP BY ROLLUP (town)`, `${groups} GROUP BY CUBE (town)`, `${groups} GROUP BY GROUPING SETS ((town), ())`, `${groups} GROUP BY town, ()`,
      'SELECT town, count(*) AS n, sum(count(*)) OVER () AS total FROM visits GROUP BY town', 'SELECT town, count(*) AS n, rank() OVER w FROM visits GROUP BY town WINDOW w AS (ORDER BY count(*))',
      `${groups} GROUP BY town UNION ALL SELECT '', count(*) FROM visits`, "SELECT x.town, count(*) AS n FROM (SELECT town FROM visits UNION ALL SELECT 'all' FROM visits) x GROUP BY town",
      'SELECT town, count(*) AS n, (SELECT count(*) FROM visits) AS total FROM visits GROUP BY town', 'SELECT town, count(*) AS n, cardinality(ARRAY(SELECT id FROM visits)) AS total FROM visits GROUP BY town',
      'SELECT v.town, count(*) AS n, t.total FROM visits v CROSS JOIN (SELECT sum(1) AS total FROM visits) t GROUP BY v.town, t.total', 'WITH t AS (SELECT count(*) AS total FROM visits) SELECT town, count(*) AS n, t.total FROM visits, t GROUP BY town, t.total',
      'SELECT town, count(*) + 100 AS n FROM visits GROUP BY town', 'SELECT town, sum(age) AS n FROM visits GROUP BY town', 'SELECT town, n FROM visits', 'SELECT town, count(*) FROM visits GROUP BY town', 'SELECT x.town, x.n FROM (SELECT town, count(*) AS n FROM visits GROUP BY town) x',
    ]) assert.throws(() => check(sql), (error) => error instanceof DomainError && error.code === 'query.minimum-group', sql);
  });
});
