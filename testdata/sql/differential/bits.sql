-- Bit strings.
B'101', X'1F', B'', b'0001', x'aF'
B'101'::bit(5), B'101'::bit(2), B'101'::varbit, B'101'::varbit(2), B'101'::bit varying(10), B'101'::bit, '101'::bit(3), '1'::varbit, 'xF'::varbit, 'b10'::bit(2)
B'102'
X'1G'
'12'::bit(2)
'xg'::varbit
5::bit(8), 5::bit(3), (-1)::bit(4), 5::bigint::bit(70), 44::bit(10), (-44)::bit(12), 5::bit
B'0101'::int, B'1'::bigint, X'FFFFFFFF'::int, X'FFFFFFFFFFFFFFFF'::bigint, '1110'::bit(4)::int
X'1FFFFFFFFF'::int
B'101'::text, B'101'::varchar(2), '101'::text::bit(3), 'x1f'::text::varbit
B'1010' & B'1100', B'1010' | B'1100', B'1010' # B'1100', ~B'1010', B'10001' << 3, B'10001' >> 2, B'10001' << 9, B'10001' << -1
B'10' & B'100'
B'10' | B'100'
B'10' # B'1'
B'10' || B'01', B'10' || '11', B'1'::varbit || B'0'
length(B'10101'), bit_length(B'101010101'), octet_length(B'101010101'), char_length(B'1')
substring(B'110010111' from 3 for 4), substring(B'110010' from 5), substring(B'1100' from 0 for 3), overlay(B'0101011100' placing B'11111' from 2 for 3), position(B'010' in B'000001101011')
get_bit(B'1001010', 3), set_bit(B'1001010', 6, 1), bit_count(B'10111'), bit_count('\x0fff'::bytea)
get_bit(B'101', 5)
set_bit(B'101', 1, 2)
B'101' = B'101', B'101' = '101', B'10' < B'100', B'11' > B'1011', B'101' <> B'100', B'101'::varbit = B'101'::bit(3), B'1' IN (B'0', B'1')
SELECT b FROM (VALUES (B'11'), (B'01'), (NULL), (B'10')) q (b) ORDER BY b
SELECT b, count(*) FROM (VALUES (B'11'), (B'01'), (B'11')) q (b) GROUP BY b ORDER BY b
ARRAY[B'1', B'0'], '{101,010}'::varbit[], row(B'101', 1), to_json(B'101')
B'101' + 1
length(B'101'::bit(8)), (B'101'::bit(8))::text, B'101' IS NULL, coalesce(NULL, B'1'), CASE WHEN true THEN B'10' END
0::bit(0)
