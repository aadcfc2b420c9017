-- Rows of the tables of objects.sql, none with a value of the moment.
INSERT INTO sales.region VALUES (1, 'north'), (2, E'o''south\\west'), (3, E'tab\tand\nline');
INSERT INTO sales.orders (region, amount, state, note, tags, at) VALUES (1, 5.5, 'de', 'x', '{a,b}', '2024-01-01 10:00+02'), (2, 100, 'a', NULL, '{"with space",NULL,"q\"uote"}', '2024-01-02'),
  (1, NULL, NULL, '', '{}', '2024-02-29 12:34:56.789');
INSERT INTO every_type VALUES (1, 2, 3, 1.5, 2.5, 1.25, 10.50, true, E'text\\', 'varchar', 'v10', 'c', 'm', '\x01ff00', '2024-02-29', '10:11:12.5', '2024-01-01 00:00:00', '2024-01-01 00:00:00+00',
  '1 year 2 mons 3 days 04:05:06', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [1, null]}', 42, 'name', '{1,NULL,3}', '{1.5,2.25}', '{ab,cd}', '{"2024-01-01 00:00:00+00"}', '10:11:12.346',
  '2024-01-01 00:00:00.123', '2024-01-01 00:00:01+00');
INSERT INTO every_type (a, b, c, d, e) VALUES (-32768, -2147483648, -9223372036854775808, 'NaN', '-Infinity');
INSERT INTO defaults (a, j, k, l, t) VALUES (1, '2024-01-01', '2024-01-01', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-01-01'), (2, NULL, NULL, NULL, NULL);
INSERT INTO numbered (f) VALUES ('one'), ('two');
INSERT INTO "Mixed Case" VALUES (2, 'select');
INSERT INTO child VALUES (2, 'north');
INSERT INTO moods VALUES ('it''s ok', '{fine,"it''s ok",NULL}', 'sad'), ('Happy', NULL, NULL);
