-- aggregates, grouping sets
SELECT v, count(*), sum(id), avg(id) FROM t GROUP BY v ORDER BY 1, 2, 3, 4
SELECT v, count(*), sum(id), avg(id), grouping(v) FROM t GROUP BY ROLLUP (v) ORDER BY 1, 2, 3, 4
SELECT v, ok, count(*), sum(id), avg(id), grouping(v, ok) FROM t GROUP BY CUBE (v, ok) ORDER BY 1, 2, 3, 4, 5, 6
SELECT v, ok, count(*), sum(id), avg(id), grouping(v, ok) FROM t GROUP BY GROUPING SETS ((v), (ok), ()) ORDER BY 1, 2, 3, 4, 5, 6
SELECT v, ok, count(*), sum(id), avg(id), grouping(v, ok) FROM t GROUP BY GROUPING SETS ((v, ok), (v)) ORDER BY 1, 2, 3, 4, 5, 6
SELECT v, ok, count(*), sum(id), avg(id), grouping(v, ok) FROM t GROUP BY ROLLUP (v, ok) ORDER BY 1, 2, 3, 4, 5, 6
SELECT v, ok, count(*), sum(id), avg(id), grouping(v, ok) FROM t GROUP BY v, ROLLUP (ok) ORDER BY 1, 2, 3, 4, 5, 6
SELECT count(*), sum(id), avg(id) FROM t GROUP BY () ORDER BY 1, 2, 3, 4
SELECT count(*) FROM t
SELECT count(*) FROM t WHERE false
SELECT count(v) FROM t
SELECT count(v) FROM t WHERE false
SELECT count(DISTINCT v) FROM t
SELECT count(DISTINCT v) FROM t WHERE false
SELECT sum(id) FROM t
SELECT sum(id) FROM t WHERE false
SELECT sum(b) FROM t
SELECT sum(b) FROM t WHERE false
SELECT sum(n) FROM t
SELECT sum(n) FROM t WHERE false
SELECT sum(f) FROM t
SELECT sum(f) FROM t WHERE false
SELECT avg(id) FROM t
SELECT avg(id) FROM t WHERE false
SELECT avg(n) FROM t
SELECT avg(n) FROM t WHERE false
SELECT avg(f) FROM t
SELECT avg(f) FROM t WHERE false
SELECT avg(iv) FROM t
SELECT avg(iv) FROM t WHERE false
SELECT min(v) FROM t
SELECT min(v) FROM t WHERE false
SELECT max(ts) FROM t
SELECT max(ts) FROM t WHERE false
SELECT min(d) FROM t
SELECT min(d) FROM t WHERE false
SELECT max(txt) FROM t
SELECT max(txt) FROM t WHERE false
SELECT bool_and(ok) FROM t
SELECT bool_and(ok) FROM t WHERE false
SELECT bool_or(ok) FROM t
SELECT bool_or(ok) FROM t WHERE false
SELECT every(ok) FROM t
SELECT every(ok) FROM t WHERE false
SELECT bit_and(id) FROM t
SELECT bit_and(id) FROM t WHERE false
SELECT bit_or(id) FROM t
SELECT bit_or(id) FROM t WHERE false
SELECT bit_xor(id) FROM t
SELECT bit_xor(id) FROM t WHERE false
SELECT string_agg(v, ',' ORDER BY id) FROM t
SELECT string_agg(v, ',' ORDER BY id) FROM t WHERE false
SELECT string_agg(DISTINCT v, ',') FROM t
SELECT string_agg(DISTINCT v, ',') FROM t WHERE false
SELECT array_agg(id ORDER BY id DESC) FROM t
SELECT array_agg(id ORDER BY id DESC) FROM t WHERE false
SELECT array_agg(DISTINCT v ORDER BY v) FROM t
SELECT array_agg(DISTINCT v ORDER BY v) FROM t WHERE false
SELECT stddev(n) FROM t
SELECT stddev(n) FROM t WHERE false
SELECT variance(id) FROM t
SELECT variance(id) FROM t WHERE false
SELECT stddev_pop(f) FROM t
SELECT stddev_pop(f) FROM t WHERE false
SELECT var_pop(n) FROM t
SELECT var_pop(n) FROM t WHERE false
SELECT corr(f, id) FROM t
SELECT corr(f, id) FROM t WHERE false
SELECT covar_pop(f, id) FROM t
SELECT covar_pop(f, id) FROM t WHERE false
SELECT covar_samp(f, id) FROM t
SELECT covar_samp(f, id) FROM t WHERE false
SELECT regr_count(f, id) FROM t
SELECT regr_count(f, id) FROM t WHERE false
SELECT regr_slope(f, id) FROM t
SELECT regr_slope(f, id) FROM t WHERE false
SELECT regr_intercept(f, id) FROM t
SELECT regr_intercept(f, id) FROM t WHERE false
SELECT regr_r2(f, id) FROM t
SELECT regr_r2(f, id) FROM t WHERE false
SELECT regr_avgx(f, id) FROM t
SELECT regr_avgx(f, id) FROM t WHERE false
SELECT regr_avgy(f, id) FROM t
SELECT regr_avgy(f, id) FROM t WHERE false
SELECT regr_sxx(f, id) FROM t
SELECT regr_sxx(f, id) FROM t WHERE false
SELECT regr_sxy(f, id) FROM t
SELECT regr_sxy(f, id) FROM t WHERE false
SELECT regr_syy(f, id) FROM t
SELECT regr_syy(f, id) FROM t WHERE false
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY f) FROM t
SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY f) FROM t WHERE false
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY v) FROM t
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY v) FROM t WHERE false
SELECT percentile_disc(0.75) WITHIN GROUP (ORDER BY id DESC) FROM t
SELECT percentile_disc(0.75) WITHIN GROUP (ORDER BY id DESC) FROM t WHERE false
SELECT percentile_cont(ARRAY[0.1,0.5]) WITHIN GROUP (ORDER BY f) FROM t
SELECT percentile_cont(ARRAY[0.1,0.5]) WITHIN GROUP (ORDER BY f) FROM t WHERE false
SELECT percentile_disc(ARRAY[0.1,0.5]) WITHIN GROUP (ORDER BY id) FROM t
SELECT percentile_disc(ARRAY[0.1,0.5]) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT mode() WITHIN GROUP (ORDER BY v) FROM t
SELECT mode() WITHIN GROUP (ORDER BY v) FROM t WHERE false
-- percentile_cont of intervals is not there
differs: SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY iv) FROM t
differs: SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY iv) FROM t WHERE false
SELECT rank(3) WITHIN GROUP (ORDER BY id) FROM t
SELECT rank(3) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT dense_rank(3) WITHIN GROUP (ORDER BY id) FROM t
SELECT dense_rank(3) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT percent_rank(3) WITHIN GROUP (ORDER BY id) FROM t
SELECT percent_rank(3) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT cume_dist(3) WITHIN GROUP (ORDER BY id) FROM t
SELECT cume_dist(3) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT sum(DISTINCT s) FROM t
SELECT sum(DISTINCT s) FROM t WHERE false
SELECT count(ROW(id, v)) FROM t
SELECT count(ROW(id, v)) FROM t WHERE false
-- PostgreSQL has it from 16 on
differs: SELECT any_value(id) FROM t
differs: SELECT any_value(id) FROM t WHERE false
SELECT json_agg(id ORDER BY id) FROM t
SELECT json_agg(id ORDER BY id) FROM t WHERE false
SELECT range_agg(id) FROM t
SELECT range_agg(id) FROM t WHERE false
SELECT xmlagg(v) FROM t
SELECT xmlagg(v) FROM t WHERE false
SELECT sum(v) FROM t
SELECT sum(v) FROM t WHERE false
SELECT sum(true) FROM t
SELECT sum(true) FROM t WHERE false
SELECT avg(v) FROM t
SELECT avg(v) FROM t WHERE false
SELECT max(ok) FROM t
SELECT max(ok) FROM t WHERE false
SELECT min(u) FROM t
SELECT min(u) FROM t WHERE false
SELECT bool_and(id) FROM t
SELECT bool_and(id) FROM t WHERE false
SELECT bit_and(f) FROM t
SELECT bit_and(f) FROM t WHERE false
SELECT string_agg(id, ',') FROM t
SELECT string_agg(id, ',') FROM t WHERE false
SELECT string_agg(v) FROM t
SELECT string_agg(v) FROM t WHERE false
SELECT array_agg(ARRAY[id] ORDER BY id) FROM t
SELECT array_agg(ARRAY[id] ORDER BY id) FROM t WHERE false
SELECT max(ARRAY[id]) FROM t
SELECT max(ARRAY[id]) FROM t WHERE false
SELECT min(iv) FROM t
SELECT min(iv) FROM t WHERE false
SELECT max(tm) FROM t
SELECT max(tm) FROM t WHERE false
SELECT sum(iv) FROM t
SELECT sum(iv) FROM t WHERE false
SELECT max(ch) FROM t
SELECT max(ch) FROM t WHERE false
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY id) FROM t
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY id) FROM t WHERE false
-- the fraction must not be NULL
differs: SELECT percentile_cont(NULL) WITHIN GROUP (ORDER BY id) FROM t
differs: SELECT percentile_cont(NULL) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT sum(1) + count(*) FROM t
SELECT sum(1) + count(*) FROM t WHERE false
SELECT max(id) FILTER (WHERE ok) FROM t
SELECT max(id) FILTER (WHERE ok) FROM t WHERE false
SELECT count(*) FILTER (WHERE id > 2) FROM t
SELECT count(*) FILTER (WHERE id > 2) FROM t WHERE false
SELECT sum(sum(id)) FROM t
SELECT sum(sum(id)) FROM t WHERE false
SELECT count() FROM t
SELECT count() FROM t WHERE false
SELECT sum() FROM t
SELECT sum() FROM t WHERE false
SELECT sum(id, id) FROM t
SELECT sum(id, id) FROM t WHERE false
SELECT sum(*) FROM t
SELECT sum(*) FROM t WHERE false
SELECT v FROM t GROUP BY ok
SELECT id, v FROM t GROUP BY v
SELECT v, count(*) FROM t GROUP BY v HAVING count(*) > 1
SELECT v FROM t HAVING true
SELECT count(*) FROM t HAVING count(*) > 100
SELECT v AS x, count(*) FROM t GROUP BY x ORDER BY x
SELECT length(v), count(*) FROM t GROUP BY 1 ORDER BY 1
SELECT count(*) FROM t GROUP BY 5
SELECT sum(id) FROM t GROUP BY sum(id)
SELECT v || 'x', count(*) FROM t GROUP BY v || 'x' ORDER BY 1
-- told by the engine with a code of its own
SELECT grouping(v) FROM t
SELECT v, grouping(v) FROM t GROUP BY v ORDER BY v
-- hypothetical sets: several keys, directions, NULLs, FILTER
SELECT rank(3) WITHIN GROUP (ORDER BY id) FROM t
SELECT rank(3.5) WITHIN GROUP (ORDER BY id), rank('2') WITHIN GROUP (ORDER BY id) FROM t
SELECT dense_rank(3) WITHIN GROUP (ORDER BY id), percent_rank(3) WITHIN GROUP (ORDER BY id), cume_dist(3) WITHIN GROUP (ORDER BY id) FROM t
SELECT v, rank('two') WITHIN GROUP (ORDER BY txt) FROM t GROUP BY v ORDER BY v
SELECT rank(3, 'x') WITHIN GROUP (ORDER BY id, v) FROM t
SELECT rank(1, 'x') WITHIN GROUP (ORDER BY s DESC NULLS LAST, v), dense_rank('one', 5) WITHIN GROUP (ORDER BY v DESC, id) FROM t
SELECT rank(NULL::text) WITHIN GROUP (ORDER BY v), cume_dist(NULL::text) WITHIN GROUP (ORDER BY v DESC), percent_rank('a') WITHIN GROUP (ORDER BY v NULLS FIRST) FROM t
SELECT dense_rank('two') WITHIN GROUP (ORDER BY v), dense_rank('zzz') WITHIN GROUP (ORDER BY v), dense_rank(NULL::text) WITHIN GROUP (ORDER BY v) FROM t
SELECT rank(3) WITHIN GROUP (ORDER BY id) FILTER (WHERE id > 1), cume_dist(3) WITHIN GROUP (ORDER BY id) FILTER (WHERE id > 1), percent_rank(3) WITHIN GROUP (ORDER BY id) FILTER (WHERE id > 100) FROM t
SELECT rank(3) WITHIN GROUP (ORDER BY id), percent_rank(3) WITHIN GROUP (ORDER BY id), cume_dist(3) WITHIN GROUP (ORDER BY id), dense_rank(3) WITHIN GROUP (ORDER BY id) FROM t WHERE false
SELECT rank(1, 2) WITHIN GROUP (ORDER BY id) FROM t
SELECT rank(3) WITHIN GROUP (ORDER BY id) OVER () FROM t
SELECT rank() WITHIN GROUP (ORDER BY id) FROM t
SELECT rank(date '2024-01-15') WITHIN GROUP (ORDER BY d DESC) FROM t
SELECT v, rank(max(id)) WITHIN GROUP (ORDER BY id) FROM t GROUP BY v
-- DISTINCT of aggregates with two arguments
SELECT string_agg(DISTINCT v, txt) FROM t
SELECT ok, string_agg(DISTINCT v, label) FROM t LEFT JOIN g ON t_id = t.id GROUP BY ok ORDER BY ok
SELECT json_object_agg(DISTINCT v, id) FROM t WHERE v IS NOT NULL
SELECT jsonb_object_agg(DISTINCT v, 1) FROM t WHERE v IS NOT NULL
SELECT jsonb_object_agg(DISTINCT v, id) FROM t WHERE v IS NOT NULL
SELECT json_object_agg(DISTINCT 'k', x) FROM (VALUES (10), (9), (9), (NULL)) q (x)
SELECT jsonb_object_agg(DISTINCT x % 2, x) FROM (VALUES (10), (9), (9), (12), (101)) q (x)
SELECT json_object_agg(DISTINCT id, '1'::json) FROM t
SELECT jsonb_object_agg(DISTINCT id, '1'::jsonb) FROM t
SELECT json_object_agg(DISTINCT v, id) FROM t WHERE false
SELECT json_object_agg(DISTINCT v, id) FILTER (WHERE id < 3) FROM t
