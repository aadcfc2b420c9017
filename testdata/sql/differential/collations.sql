-- collations: ICU's, by bytes what they hold to be equal
SELECT txt FROM t ORDER BY txt COLLATE "C"
SELECT txt FROM t ORDER BY txt COLLATE "en-x-icu"
SELECT txt FROM t ORDER BY txt COLLATE "und-x-icu" DESC
SELECT txt FROM t ORDER BY txt COLLATE "POSIX", id
SELECT txt FROM t ORDER BY txt COLLATE "default", id
SELECT txt FROM t ORDER BY txt COLLATE ucs_basic, id
SELECT 'a' COLLATE "de-x-icu" < 'B' COLLATE "de-x-icu", 'a' < 'B' COLLATE "und-x-icu", 'a' < 'B' COLLATE "C"
SELECT 'a' COLLATE "nosuch"
-- the collations of bytes do not clash with others
differs: SELECT 'a' COLLATE "C" < 'b' COLLATE "en-x-icu"
SELECT max(txt COLLATE "en-x-icu"), min(txt COLLATE "en-x-icu") FROM t
SELECT 1 COLLATE "C"
-- functions know no collation
differs: SELECT upper('i' COLLATE "tr-x-icu")
SELECT txt FROM t WHERE txt COLLATE "en-x-icu" > 'b' ORDER BY id
SELECT txt FROM t WHERE txt > 'b' COLLATE "en-x-icu" ORDER BY id
SELECT txt FROM t WHERE txt COLLATE "en-x-icu" BETWEEN 'a' AND 'c' ORDER BY id
SELECT id, rank() OVER (ORDER BY txt COLLATE "en-x-icu") FROM t ORDER BY id
SELECT string_agg(txt, ',' ORDER BY txt COLLATE "und-x-icu" DESC) FROM t
SELECT x FROM (SELECT txt COLLATE "en-x-icu" AS x FROM t) q ORDER BY x
SELECT txt FROM t ORDER BY txt COLLATE "en-US-x-icu" LIMIT 2
SELECT txt FROM t ORDER BY txt COLLATE "en-x-icu" FETCH FIRST 2 ROWS WITH TIES
-- neither do GREATEST and LEAST
differs: SELECT greatest('a' COLLATE "en-x-icu", 'B')
SELECT x FROM (VALUES ('ä'), ('z'), ('a'), ('Z'), ('o'), ('ö')) q (x) ORDER BY x COLLATE "sv-x-icu"
SELECT x FROM (VALUES ('ä'), ('z'), ('a'), ('Z'), ('o'), ('ö'), ('A'), ('ä'), ('a-b'), ('ab'), ('a b')) q (x) ORDER BY x COLLATE "de-x-icu"
SELECT 'a' COLLATE "de-x-icu" = 'a', 'a' COLLATE "de-x-icu" = 'A', 'ä' COLLATE "de-x-icu" = U&'a\0308'
SELECT v, count(*) FROM t GROUP BY v ORDER BY v COLLATE "en-x-icu"
SELECT txt COLLATE "C" FROM t UNION SELECT 'x' ORDER BY 1
SELECT txt COLLATE pg_catalog."en-x-icu" FROM t ORDER BY 1
