-- json and jsonb: operators, constructors, paths
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'a'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'b'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'zz'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ->> 'h'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ->> 'g'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ->> 'b'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ->> 'd'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'b' -> 0
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'b' -> -1
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'b' -> 9
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'b' ->> 2
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 0
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #> '{b,2,c}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #>> '{b,2,c}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #> '{b,-1}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #> '{}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #>> '{d,e}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #> '{d,e}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #> '{b,x}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ? 'a'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ? 'zz'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ?| ARRAY['zz','a']
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ?| ARRAY['zz']
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ?& ARRAY['a','b']
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ?& ARRAY['a','zz']
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ?& '{a}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb - 'a'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb - 'zz'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb - ARRAY['a','b']
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb - '{a,b}'::text[]
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #- '{b,0}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #- '{b,2,c}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #- '{zz}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #- '{}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @> '{"a": 1}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @> '{"b": [2]}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @> '{"b": 2}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @> '{"d": {}}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb <@ '{}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb || '{"a": 2}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb || '[1]'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb || '1'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb || 'null'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb = '{}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb > '{}'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb < '[]'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @? '$.b[*] ? (@ > 1)'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @@ '$.a == 1'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @@ '$.a'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb @? '$.zz'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb - 1
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb -> 'g'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb ->> 'a'
'{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb #>> '{b}'
'1'::jsonb
'1'::json
jsonb_typeof('1')
json_typeof('1')
jsonb_pretty('1')
'"x"'::jsonb
'"x"'::json
jsonb_typeof('"x"')
json_typeof('"x"')
jsonb_pretty('"x"')
'null'::jsonb
'null'::json
jsonb_typeof('null')
json_typeof('null')
jsonb_pretty('null')
'true'::jsonb
'true'::json
jsonb_typeof('true')
json_typeof('true')
jsonb_pretty('true')
'[]'::jsonb
'[]'::json
jsonb_typeof('[]')
json_typeof('[]')
jsonb_pretty('[]')
'{}'::jsonb
'{}'::json
jsonb_typeof('{}')
json_typeof('{}')
jsonb_pretty('{}')
'[1,[2,3]]'::jsonb
'[1,[2,3]]'::json
jsonb_typeof('[1,[2,3]]')
json_typeof('[1,[2,3]]')
jsonb_pretty('[1,[2,3]]')
'{"b":1,"a":2}'::jsonb
'{"b":1,"a":2}'::json
jsonb_typeof('{"b":1,"a":2}')
json_typeof('{"b":1,"a":2}')
jsonb_pretty('{"b":1,"a":2}')
'{"aa":1,"b":2,"aa":3}'::jsonb
'{"aa":1,"b":2,"aa":3}'::json
jsonb_typeof('{"aa":1,"b":2,"aa":3}')
json_typeof('{"aa":1,"b":2,"aa":3}')
jsonb_pretty('{"aa":1,"b":2,"aa":3}')
' [ 1 , 2.50 ] '::jsonb
' [ 1 , 2.50 ] '::json
jsonb_typeof(' [ 1 , 2.50 ] ')
json_typeof(' [ 1 , 2.50 ] ')
jsonb_pretty(' [ 1 , 2.50 ] ')
'1e2'::jsonb
'1e2'::json
jsonb_typeof('1e2')
json_typeof('1e2')
jsonb_pretty('1e2')
'1.10'::jsonb
'1.10'::json
jsonb_typeof('1.10')
json_typeof('1.10')
jsonb_pretty('1.10')
'-0'::jsonb
'-0'::json
jsonb_typeof('-0')
json_typeof('-0')
jsonb_pretty('-0')
'1E-3'::jsonb
'1E-3'::json
jsonb_typeof('1E-3')
json_typeof('1E-3')
jsonb_pretty('1E-3')
'"\u00e4\n"'::jsonb
'"\u00e4\n"'::json
jsonb_typeof('"\u00e4\n"')
json_typeof('"\u00e4\n"')
jsonb_pretty('"\u00e4\n"')
'"\ud83d\ude00"'::jsonb
'"\ud83d\ude00"'::json
jsonb_typeof('"\ud83d\ude00"')
json_typeof('"\ud83d\ude00"')
jsonb_pretty('"\ud83d\ude00"')
'{"a":{}}'::jsonb
'{"a":{}}'::json
jsonb_typeof('{"a":{}}')
json_typeof('{"a":{}}')
jsonb_pretty('{"a":{}}')
'{a}'::jsonb
'{a}'::json
'{'::jsonb
'{'::json
''::jsonb
''::json
'[1,]'::jsonb
'[1,]'::json
'01'::jsonb
'01'::json
'"\x"'::jsonb
'"\x"'::json
'nul'::jsonb
'nul'::json
'1 2'::jsonb
'1 2'::json
'{"a" 1}'::jsonb
'{"a" 1}'::json
'"\u0000"'::jsonb
'"\u0000"'::json
'{1:2}'::jsonb
'{1:2}'::json
'-'::jsonb
'-'::json
'1.'::jsonb
'1.'::json
'tru'::jsonb
'tru'::json
'[1'::jsonb
'[1'::json
'1'::jsonb < '2'::jsonb, '1'::jsonb = '2', '1'::jsonb @> '2'
'1'::jsonb < '10'::jsonb, '1'::jsonb = '10', '1'::jsonb @> '10'
'1'::jsonb < '1.0'::jsonb, '1'::jsonb = '1.0', '1'::jsonb @> '1.0'
'1'::jsonb < '"a"'::jsonb, '1'::jsonb = '"a"', '1'::jsonb @> '"a"'
'1'::jsonb < '"b"'::jsonb, '1'::jsonb = '"b"', '1'::jsonb @> '"b"'
'1'::jsonb < 'null'::jsonb, '1'::jsonb = 'null', '1'::jsonb @> 'null'
'1'::jsonb < 'true'::jsonb, '1'::jsonb = 'true', '1'::jsonb @> 'true'
'1'::jsonb < 'false'::jsonb, '1'::jsonb = 'false', '1'::jsonb @> 'false'
'1'::jsonb < '[]'::jsonb, '1'::jsonb = '[]', '1'::jsonb @> '[]'
'1'::jsonb < '[1]'::jsonb, '1'::jsonb = '[1]', '1'::jsonb @> '[1]'
'1'::jsonb < '[2]'::jsonb, '1'::jsonb = '[2]', '1'::jsonb @> '[2]'
'1'::jsonb < '[1,2]'::jsonb, '1'::jsonb = '[1,2]', '1'::jsonb @> '[1,2]'
'1'::jsonb < '{}'::jsonb, '1'::jsonb = '{}', '1'::jsonb @> '{}'
'1'::jsonb < '{"a":1}'::jsonb, '1'::jsonb = '{"a":1}', '1'::jsonb @> '{"a":1}'
'1'::jsonb < '{"a":2}'::jsonb, '1'::jsonb = '{"a":2}', '1'::jsonb @> '{"a":2}'
'1'::jsonb < '{"b":1}'::jsonb, '1'::jsonb = '{"b":1}', '1'::jsonb @> '{"b":1}'
'2'::jsonb < '10'::jsonb, '2'::jsonb = '10', '2'::jsonb @> '10'
'2'::jsonb < '1.0'::jsonb, '2'::jsonb = '1.0', '2'::jsonb @> '1.0'
'2'::jsonb < '"a"'::jsonb, '2'::jsonb = '"a"', '2'::jsonb @> '"a"'
'2'::jsonb < '"b"'::jsonb, '2'::jsonb = '"b"', '2'::jsonb @> '"b"'
'2'::jsonb < 'null'::jsonb, '2'::jsonb = 'null', '2'::jsonb @> 'null'
'2'::jsonb < 'true'::jsonb, '2'::jsonb = 'true', '2'::jsonb @> 'true'
'2'::jsonb < 'false'::jsonb, '2'::jsonb = 'false', '2'::jsonb @> 'false'
'2'::jsonb < '[]'::jsonb, '2'::jsonb = '[]', '2'::jsonb @> '[]'
'2'::jsonb < '[1]'::jsonb, '2'::jsonb = '[1]', '2'::jsonb @> '[1]'
'2'::jsonb < '[2]'::jsonb, '2'::jsonb = '[2]', '2'::jsonb @> '[2]'
'2'::jsonb < '[1,2]'::jsonb, '2'::jsonb = '[1,2]', '2'::jsonb @> '[1,2]'
'2'::jsonb < '{}'::jsonb, '2'::jsonb = '{}', '2'::jsonb @> '{}'
'2'::jsonb < '{"a":1}'::jsonb, '2'::jsonb = '{"a":1}', '2'::jsonb @> '{"a":1}'
'2'::jsonb < '{"a":2}'::jsonb, '2'::jsonb = '{"a":2}', '2'::jsonb @> '{"a":2}'
'2'::jsonb < '{"b":1}'::jsonb, '2'::jsonb = '{"b":1}', '2'::jsonb @> '{"b":1}'
'10'::jsonb < '1.0'::jsonb, '10'::jsonb = '1.0', '10'::jsonb @> '1.0'
'10'::jsonb < '"a"'::jsonb, '10'::jsonb = '"a"', '10'::jsonb @> '"a"'
'10'::jsonb < '"b"'::jsonb, '10'::jsonb = '"b"', '10'::jsonb @> '"b"'
'10'::jsonb < 'null'::jsonb, '10'::jsonb = 'null', '10'::jsonb @> 'null'
'10'::jsonb < 'true'::jsonb, '10'::jsonb = 'true', '10'::jsonb @> 'true'
'10'::jsonb < 'false'::jsonb, '10'::jsonb = 'false', '10'::jsonb @> 'false'
'10'::jsonb < '[]'::jsonb, '10'::jsonb = '[]', '10'::jsonb @> '[]'
'10'::jsonb < '[1]'::jsonb, '10'::jsonb = '[1]', '10'::jsonb @> '[1]'
'10'::jsonb < '[2]'::jsonb, '10'::jsonb = '[2]', '10'::jsonb @> '[2]'
'10'::jsonb < '[1,2]'::jsonb, '10'::jsonb = '[1,2]', '10'::jsonb @> '[1,2]'
'10'::jsonb < '{}'::jsonb, '10'::jsonb = '{}', '10'::jsonb @> '{}'
'10'::jsonb < '{"a":1}'::jsonb, '10'::jsonb = '{"a":1}', '10'::jsonb @> '{"a":1}'
'10'::jsonb < '{"a":2}'::jsonb, '10'::jsonb = '{"a":2}', '10'::jsonb @> '{"a":2}'
'10'::jsonb < '{"b":1}'::jsonb, '10'::jsonb = '{"b":1}', '10'::jsonb @> '{"b":1}'
'1.0'::jsonb < '"a"'::jsonb, '1.0'::jsonb = '"a"', '1.0'::jsonb @> '"a"'
'1.0'::jsonb < '"b"'::jsonb, '1.0'::jsonb = '"b"', '1.0'::jsonb @> '"b"'
'1.0'::jsonb < 'null'::jsonb, '1.0'::jsonb = 'null', '1.0'::jsonb @> 'null'
'1.0'::jsonb < 'true'::jsonb, '1.0'::jsonb = 'true', '1.0'::jsonb @> 'true'
'1.0'::jsonb < 'false'::jsonb, '1.0'::jsonb = 'false', '1.0'::jsonb @> 'false'
'1.0'::jsonb < '[]'::jsonb, '1.0'::jsonb = '[]', '1.0'::jsonb @> '[]'
'1.0'::jsonb < '[1]'::jsonb, '1.0'::jsonb = '[1]', '1.0'::jsonb @> '[1]'
'1.0'::jsonb < '[2]'::jsonb, '1.0'::jsonb = '[2]', '1.0'::jsonb @> '[2]'
'1.0'::jsonb < '[1,2]'::jsonb, '1.0'::jsonb = '[1,2]', '1.0'::jsonb @> '[1,2]'
'1.0'::jsonb < '{}'::jsonb, '1.0'::jsonb = '{}', '1.0'::jsonb @> '{}'
'1.0'::jsonb < '{"a":1}'::jsonb, '1.0'::jsonb = '{"a":1}', '1.0'::jsonb @> '{"a":1}'
'1.0'::jsonb < '{"a":2}'::jsonb, '1.0'::jsonb = '{"a":2}', '1.0'::jsonb @> '{"a":2}'
'1.0'::jsonb < '{"b":1}'::jsonb, '1.0'::jsonb = '{"b":1}', '1.0'::jsonb @> '{"b":1}'
'"a"'::jsonb < '"b"'::jsonb, '"a"'::jsonb = '"b"', '"a"'::jsonb @> '"b"'
'"a"'::jsonb < 'null'::jsonb, '"a"'::jsonb = 'null', '"a"'::jsonb @> 'null'
'"a"'::jsonb < 'true'::jsonb, '"a"'::jsonb = 'true', '"a"'::jsonb @> 'true'
'"a"'::jsonb < 'false'::jsonb, '"a"'::jsonb = 'false', '"a"'::jsonb @> 'false'
'"a"'::jsonb < '[]'::jsonb, '"a"'::jsonb = '[]', '"a"'::jsonb @> '[]'
'"a"'::jsonb < '[1]'::jsonb, '"a"'::jsonb = '[1]', '"a"'::jsonb @> '[1]'
'"a"'::jsonb < '[2]'::jsonb, '"a"'::jsonb = '[2]', '"a"'::jsonb @> '[2]'
'"a"'::jsonb < '[1,2]'::jsonb, '"a"'::jsonb = '[1,2]', '"a"'::jsonb @> '[1,2]'
'"a"'::jsonb < '{}'::jsonb, '"a"'::jsonb = '{}', '"a"'::jsonb @> '{}'
'"a"'::jsonb < '{"a":1}'::jsonb, '"a"'::jsonb = '{"a":1}', '"a"'::jsonb @> '{"a":1}'
'"a"'::jsonb < '{"a":2}'::jsonb, '"a"'::jsonb = '{"a":2}', '"a"'::jsonb @> '{"a":2}'
'"a"'::jsonb < '{"b":1}'::jsonb, '"a"'::jsonb = '{"b":1}', '"a"'::jsonb @> '{"b":1}'
'"b"'::jsonb < 'null'::jsonb, '"b"'::jsonb = 'null', '"b"'::jsonb @> 'null'
'"b"'::jsonb < 'true'::jsonb, '"b"'::jsonb = 'true', '"b"'::jsonb @> 'true'
'"b"'::jsonb < 'false'::jsonb, '"b"'::jsonb = 'false', '"b"'::jsonb @> 'false'
'"b"'::jsonb < '[]'::jsonb, '"b"'::jsonb = '[]', '"b"'::jsonb @> '[]'
'"b"'::jsonb < '[1]'::jsonb, '"b"'::jsonb = '[1]', '"b"'::jsonb @> '[1]'
'"b"'::jsonb < '[2]'::jsonb, '"b"'::jsonb = '[2]', '"b"'::jsonb @> '[2]'
'"b"'::jsonb < '[1,2]'::jsonb, '"b"'::jsonb = '[1,2]', '"b"'::jsonb @> '[1,2]'
'"b"'::jsonb < '{}'::jsonb, '"b"'::jsonb = '{}', '"b"'::jsonb @> '{}'
'"b"'::jsonb < '{"a":1}'::jsonb, '"b"'::jsonb = '{"a":1}', '"b"'::jsonb @> '{"a":1}'
'"b"'::jsonb < '{"a":2}'::jsonb, '"b"'::jsonb = '{"a":2}', '"b"'::jsonb @> '{"a":2}'
'"b"'::jsonb < '{"b":1}'::jsonb, '"b"'::jsonb = '{"b":1}', '"b"'::jsonb @> '{"b":1}'
'null'::jsonb < 'true'::jsonb, 'null'::jsonb = 'true', 'null'::jsonb @> 'true'
'null'::jsonb < 'false'::jsonb, 'null'::jsonb = 'false', 'null'::jsonb @> 'false'
'null'::jsonb < '[]'::jsonb, 'null'::jsonb = '[]', 'null'::jsonb @> '[]'
'null'::jsonb < '[1]'::jsonb, 'null'::jsonb = '[1]', 'null'::jsonb @> '[1]'
'null'::jsonb < '[2]'::jsonb, 'null'::jsonb = '[2]', 'null'::jsonb @> '[2]'
'null'::jsonb < '[1,2]'::jsonb, 'null'::jsonb = '[1,2]', 'null'::jsonb @> '[1,2]'
'null'::jsonb < '{}'::jsonb, 'null'::jsonb = '{}', 'null'::jsonb @> '{}'
'null'::jsonb < '{"a":1}'::jsonb, 'null'::jsonb = '{"a":1}', 'null'::jsonb @> '{"a":1}'
'null'::jsonb < '{"a":2}'::jsonb, 'null'::jsonb = '{"a":2}', 'null'::jsonb @> '{"a":2}'
'null'::jsonb < '{"b":1}'::jsonb, 'null'::jsonb = '{"b":1}', 'null'::jsonb @> '{"b":1}'
'true'::jsonb < 'false'::jsonb, 'true'::jsonb = 'false', 'true'::jsonb @> 'false'
'true'::jsonb < '[]'::jsonb, 'true'::jsonb = '[]', 'true'::jsonb @> '[]'
'true'::jsonb < '[1]'::jsonb, 'true'::jsonb = '[1]', 'true'::jsonb @> '[1]'
'true'::jsonb < '[2]'::jsonb, 'true'::jsonb = '[2]', 'true'::jsonb @> '[2]'
'true'::jsonb < '[1,2]'::jsonb, 'true'::jsonb = '[1,2]', 'true'::jsonb @> '[1,2]'
'true'::jsonb < '{}'::jsonb, 'true'::jsonb = '{}', 'true'::jsonb @> '{}'
'true'::jsonb < '{"a":1}'::jsonb, 'true'::jsonb = '{"a":1}', 'true'::jsonb @> '{"a":1}'
'true'::jsonb < '{"a":2}'::jsonb, 'true'::jsonb = '{"a":2}', 'true'::jsonb @> '{"a":2}'
'true'::jsonb < '{"b":1}'::jsonb, 'true'::jsonb = '{"b":1}', 'true'::jsonb @> '{"b":1}'
'false'::jsonb < '[]'::jsonb, 'false'::jsonb = '[]', 'false'::jsonb @> '[]'
'false'::jsonb < '[1]'::jsonb, 'false'::jsonb = '[1]', 'false'::jsonb @> '[1]'
'false'::jsonb < '[2]'::jsonb, 'false'::jsonb = '[2]', 'false'::jsonb @> '[2]'
'false'::jsonb < '[1,2]'::jsonb, 'false'::jsonb = '[1,2]', 'false'::jsonb @> '[1,2]'
'false'::jsonb < '{}'::jsonb, 'false'::jsonb = '{}', 'false'::jsonb @> '{}'
'false'::jsonb < '{"a":1}'::jsonb, 'false'::jsonb = '{"a":1}', 'false'::jsonb @> '{"a":1}'
'false'::jsonb < '{"a":2}'::jsonb, 'false'::jsonb = '{"a":2}', 'false'::jsonb @> '{"a":2}'
'false'::jsonb < '{"b":1}'::jsonb, 'false'::jsonb = '{"b":1}', 'false'::jsonb @> '{"b":1}'
'[]'::jsonb < '[1]'::jsonb, '[]'::jsonb = '[1]', '[]'::jsonb @> '[1]'
'[]'::jsonb < '[2]'::jsonb, '[]'::jsonb = '[2]', '[]'::jsonb @> '[2]'
'[]'::jsonb < '[1,2]'::jsonb, '[]'::jsonb = '[1,2]', '[]'::jsonb @> '[1,2]'
'[]'::jsonb < '{}'::jsonb, '[]'::jsonb = '{}', '[]'::jsonb @> '{}'
'[]'::jsonb < '{"a":1}'::jsonb, '[]'::jsonb = '{"a":1}', '[]'::jsonb @> '{"a":1}'
'[]'::jsonb < '{"a":2}'::jsonb, '[]'::jsonb = '{"a":2}', '[]'::jsonb @> '{"a":2}'
'[]'::jsonb < '{"b":1}'::jsonb, '[]'::jsonb = '{"b":1}', '[]'::jsonb @> '{"b":1}'
'[1]'::jsonb < '[2]'::jsonb, '[1]'::jsonb = '[2]', '[1]'::jsonb @> '[2]'
'[1]'::jsonb < '[1,2]'::jsonb, '[1]'::jsonb = '[1,2]', '[1]'::jsonb @> '[1,2]'
'[1]'::jsonb < '{}'::jsonb, '[1]'::jsonb = '{}', '[1]'::jsonb @> '{}'
'[1]'::jsonb < '{"a":1}'::jsonb, '[1]'::jsonb = '{"a":1}', '[1]'::jsonb @> '{"a":1}'
'[1]'::jsonb < '{"a":2}'::jsonb, '[1]'::jsonb = '{"a":2}', '[1]'::jsonb @> '{"a":2}'
'[1]'::jsonb < '{"b":1}'::jsonb, '[1]'::jsonb = '{"b":1}', '[1]'::jsonb @> '{"b":1}'
'[2]'::jsonb < '[1,2]'::jsonb, '[2]'::jsonb = '[1,2]', '[2]'::jsonb @> '[1,2]'
'[2]'::jsonb < '{}'::jsonb, '[2]'::jsonb = '{}', '[2]'::jsonb @> '{}'
'[2]'::jsonb < '{"a":1}'::jsonb, '[2]'::jsonb = '{"a":1}', '[2]'::jsonb @> '{"a":1}'
'[2]'::jsonb < '{"a":2}'::jsonb, '[2]'::jsonb = '{"a":2}', '[2]'::jsonb @> '{"a":2}'
'[2]'::jsonb < '{"b":1}'::jsonb, '[2]'::jsonb = '{"b":1}', '[2]'::jsonb @> '{"b":1}'
'[1,2]'::jsonb < '{}'::jsonb, '[1,2]'::jsonb = '{}', '[1,2]'::jsonb @> '{}'
'[1,2]'::jsonb < '{"a":1}'::jsonb, '[1,2]'::jsonb = '{"a":1}', '[1,2]'::jsonb @> '{"a":1}'
'[1,2]'::jsonb < '{"a":2}'::jsonb, '[1,2]'::jsonb = '{"a":2}', '[1,2]'::jsonb @> '{"a":2}'
'[1,2]'::jsonb < '{"b":1}'::jsonb, '[1,2]'::jsonb = '{"b":1}', '[1,2]'::jsonb @> '{"b":1}'
'{}'::jsonb < '{"a":1}'::jsonb, '{}'::jsonb = '{"a":1}', '{}'::jsonb @> '{"a":1}'
'{}'::jsonb < '{"a":2}'::jsonb, '{}'::jsonb = '{"a":2}', '{}'::jsonb @> '{"a":2}'
'{}'::jsonb < '{"b":1}'::jsonb, '{}'::jsonb = '{"b":1}', '{}'::jsonb @> '{"b":1}'
'{"a":1}'::jsonb < '{"a":2}'::jsonb, '{"a":1}'::jsonb = '{"a":2}', '{"a":1}'::jsonb @> '{"a":2}'
'{"a":1}'::jsonb < '{"b":1}'::jsonb, '{"a":1}'::jsonb = '{"b":1}', '{"a":1}'::jsonb @> '{"b":1}'
'{"a":2}'::jsonb < '{"b":1}'::jsonb, '{"a":2}'::jsonb = '{"b":1}', '{"a":2}'::jsonb @> '{"b":1}'
j FROM (VALUES ('1'::jsonb), ('10'), ('9'), ('"a"'), ('null'), ('[]'), ('[1]'), ('{}'), ('{"a":1}'), ('true'), ('-5')) AS q (j) ORDER BY j
j FROM (VALUES ('1'::jsonb), ('10'), ('9'), ('-1.5')) AS q (j) ORDER BY j DESC
max(j) FROM (VALUES ('1'::jsonb)) q (j)
jsonb_set('{"a":1}', '{a}', '2')
jsonb_set('{"a":1}', '{b}', '2')
jsonb_set('{"a":1}', '{b}', '2', false)
jsonb_set('{"a":[1,2]}', '{a,0}', '9')
jsonb_set('{"a":[1,2]}', '{a,-1}', '9')
jsonb_set('{"a":[1,2]}', '{a,9}', '9')
jsonb_set('{"a":[1,2]}', '{a,x}', '9')
jsonb_set('{"a":{"b":1}}', '{a,b}', '{"c":[]}')
jsonb_set('1', '{a}', '2')
jsonb_set('{"a":1}', '{}', '2')
jsonb_set('{"a":1}', '{a}', NULL)
jsonb_set('[]', '{0}', '1')
jsonb_set('[1,2]', '{-5}', '0')
jsonb_set('{"a":1}', '{a,b}', '2')
jsonb_set('{"a":1}', '{b,c}', '2')
jsonb_set('{"a":1}', ARRAY[NULL], '2')
jsonb_set_lax('{"a":1}', '{a}', NULL)
jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'delete_key')
jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'return_target')
jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'raise_exception')
jsonb_set_lax('{"a":1}', '{a}', '3', true, 'delete_key')
jsonb_insert('{"a":[0,1]}', '{a,1}', '9')
jsonb_insert('{"a":[0,1]}', '{a,1}', '9', true)
jsonb_insert('{"a":1}', '{a}', '9')
jsonb_insert('{"a":1}', '{b}', '9')
jsonb_insert('[1]', '{5}', '9')
jsonb_insert('[1,2]', '{-1}', '9')
jsonb_insert('[1,2]', '{-1}', '9', true)
jsonb_strip_nulls('{"a":null,"b":[null,{"c":null}]}')
json_strip_nulls('{"a":null, "b": [null, {"c":null}], "d": 1.0}')
jsonb_pretty('{"a":[1,{"b":2}],"c":{}}')
jsonb_array_length('[1,2,3]')
jsonb_array_length('{}')
jsonb_array_length('1')
json_array_length('[1,[2]]')
jsonb_build_object('a', 1, 'b', ARRAY[1,2], 'c', NULL, 'd', true, 'e', 1.50, 'f', date '2024-01-01')
json_build_object('a', 1, 'b', 'x', 'c', '{"k": 1}'::json)
json_build_object()
jsonb_build_object()
json_build_object('a')
jsonb_build_object('b', 1, 'aa', 2, 'b', 3)
json_build_object(1, 2)
json_build_object(NULL, 1)
jsonb_build_object(NULL, 1)
json_build_array()
json_build_array(1, 'x', NULL, true, 1.5, ARRAY[1])
jsonb_build_array(1, '{"a":1}'::jsonb, 'x'::text, interval '1 day')
jsonb_build_array()
json_object('{a,1,b,2}')
json_object('{a,b}', '{1,NULL}')
jsonb_object('{b,1,a,2}')
json_object('{a}')
json_object('{a,b}', '{1}')
json_object('{a,1,NULL,2}')
jsonb_object('{a,b}', '{x,"y z"}')
jsonb_extract_path('{"a":{"b":[1,2]}}', 'a', 'b', '1')
json_extract_path_text('{"a":{"b":"x"}}', 'a', 'b')
jsonb_extract_path_text('{"a":null}', 'a')
json_extract_path('{"a": {"b":  1}}', 'a')
'{"a":  [1, 2 ]}'::json -> 'a'
'{"a":1,"a":2}'::json -> 'a'
'[1, 2.50]'::json -> 1
'{"a":"x\ty"}'::json ->> 'a'
'{"a": 1}'::json -> 'a' -> 'b'
jsonb_array_elements('[1,"a",null]')
jsonb_array_elements_text('[1,"a",null,{"x": 1.0}]')
json_array_elements('[1 , {"a":  2}]')
jsonb_array_elements('{}')
jsonb_array_elements('1')
json_array_elements('{}')
jsonb_object_keys('{"bb":1,"a":2}')
json_object_keys('{"bb":1,"a":2}')
jsonb_object_keys('[1]')
json_object_keys('1')
* FROM jsonb_each('{"b":1,"a":[1,2]}')
* FROM json_each('{"b":1,"a": [1, 2]}')
* FROM jsonb_each_text('{"b":1,"a":null,"c":"x"}')
* FROM json_each_text('{"b":1,"a":null}')
key, value FROM jsonb_each('{"a":1}') AS x
* FROM jsonb_each('[1]')
k, v FROM jsonb_each_text('{"a":1}') AS x(k, v)
t.id, e.key, e.value FROM t, LATERAL jsonb_each(jsonb_build_object('id', t.id, 'v', t.v)) e ORDER BY 1, 2
SELECT (jsonb_each('{"a":1}')).key
* FROM jsonb_to_recordset('[{"a":1,"b":"x"},{"a":2}]') AS x(a int, b text)
* FROM json_to_record('{"a":1.5,"b":[1,2],"c":"2024-01-01"}') AS x(a numeric(5,2), b json, c date)
* FROM jsonb_to_record('{"a":"x"}') AS x(a int)
x.a + 1 FROM jsonb_to_recordset('[{"a":1},{"a":5}]') AS x(a int) WHERE x.a > 1
* FROM json_to_recordset('[{"a":true,"b":null}]') AS x(a boolean, b int, c text)
json_agg(id ORDER BY id), jsonb_agg(txt ORDER BY id), json_agg(n ORDER BY id) FROM t
jsonb_agg(j) FROM (VALUES ('{"a":1.0}'::jsonb), (NULL)) q (j)
json_object_agg(id, txt ORDER BY id) FROM t
jsonb_object_agg(id, n ORDER BY id) FROM t
jsonb_object_agg(v, id ORDER BY id) FROM t WHERE v IS NOT NULL
json_object_agg(v, id) FROM t
json_object_agg(id, id) FROM t WHERE false
jsonb_object_agg('k', id ORDER BY id) FROM t
json_agg(t ORDER BY id) FROM (SELECT id, v FROM t) t
jsonb_agg(id ORDER BY id) FILTER (WHERE id > 3) FROM t
jsonb_agg(DISTINCT v) FROM t
json_agg(json_build_object('id', id, 'v', v) ORDER BY id) FROM t
json_object_agg(k, v) FROM (VALUES ('a', 1), ('b', NULL)) q (k, v)
jsonb '1' = jsonb '1.0', jsonb '"a"' = '"a"'
SELECT ('12'::jsonb)::int, ('12.7'::jsonb)::int, ('1.50'::jsonb)::numeric, ('true'::jsonb)::boolean, ('1.5'::jsonb)::float8
SELECT ('"x"'::jsonb)::int
SELECT ('[1]'::jsonb)::boolean
SELECT ('null'::jsonb)::int
txt::jsonb FROM t WHERE id = 1
to_jsonb(n), to_jsonb(ts), to_json(v), to_jsonb(f), to_jsonb(iv) FROM t ORDER BY id
SELECT ('{"a":{"b":1}}'::jsonb)['a']['b']
SELECT ('[1,2]'::jsonb)[0]
jsonb_exists('{"a":1}', 'a')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.a', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[*]', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[0]', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[last]', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[0 to 1]', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[9]', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, 'strict $.zz', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, 'lax $.zz', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.*', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[*] ? (@ > 1)', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[*] ? (@.c == "x")', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.d.e', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.d ? (@.f == true)', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.a + 1', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.a * 2 - 1', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '-$.a', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b.size()', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.type()', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[*].type()', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.g.floor()', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.g.ceiling()', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.h ? (@ starts with "s")', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.h ? (@ like_regex "^S" flag "i")', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.** ? (@ == 1)', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[*] ? (exists (@.c))', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$ ? (@.a == 1 && @.h == "str")', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$ ? (@.a == 2 || !(@.h == "x"))', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.a ? (@ == $x)', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.d.keyvalue().key', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.g.double()', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, 'strict $.b.c', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$[*].a', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$."h"', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.a ? (@ < 0)', '{"x": 1}')
-- a condition that PostgreSQL wants in parentheses
differs: jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[*] ? (@.c is unknown)', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$..a', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.a[', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[$.a]', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.h.double()', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.d.e == null', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '$.b[*] == 2', '{"x": 1}')
jsonb_path_query_array('{"a": 1, "b": [1, 2, {"c": "x"}], "d": {"e": null, "f": true}, "g": 1.50, "h": "str"}'::jsonb, '($.a + 2) / 2', '{"x": 1}')
jsonb_path_query('[1,2,3]', '$[*] ? (@ >= 2)')
jsonb_path_query_first('[1,2,3]', '$[*] ? (@ >= 2)')
jsonb_path_query_first('[1]', '$[*] ? (@ >= 2)')
jsonb_path_exists('[1]', '$[*] ? (@ >= 2)')
jsonb_path_match('{"a":1}', '$.a == 1')
jsonb_path_match('{"a":1}', '$.a')
jsonb_path_match('{"a":1}', '$.a', '{}', true)
jsonb_path_query('[1]', 'strict $.a', '{}', true)
* FROM jsonb_path_query('{"a":[1,2]}', '$.a[*]') AS x
jsonb_path_query('{}', '$.a ? (@ == $y)')
-- paths: what comes before an error that is kept silent, strict mode behind .**, flags and expressions of like_regex that nothing is matched with
SELECT '1'::jsonb @? 'strict $.a', '[1]'::jsonb @? 'strict $[5]', '{}'::jsonb @? '$.a'
SELECT jsonb_path_query_array('[1,"a",2]', '$[*].ceiling()', '{}', true), jsonb_path_query_first('[1,"a"]', '$[*].ceiling()', '{}', true), jsonb_path_exists('[1,"a"]', '$[*].ceiling()')
SELECT jsonb_path_query_array('[{"b":1},{"a":2}]', 'strict $.**.a'), jsonb_path_query_array('[[1],2]', 'strict $.**[*]'), jsonb_path_query_array('[[1],2]', 'strict $.**.size()')
SELECT jsonb_path_query_array('1', '$.**{last}'), jsonb_path_query_array('[1,[2]]', '$.**{last}'), jsonb_path_query_array('[1,[2]]', '$.**{1 to last}')
SELECT jsonb_path_query_array('[1,[2,3],[]]', '$[last, 0 to 1][last]'), jsonb_path_query_array('[[1,2],[3]]', '$[*][last] ? (@ > 1)')
SELECT jsonb_path_query_array('[1,"a"]', '$[*] ? (exists(@.ceiling()))'), jsonb_path_query_array('[[1,"a"]]', '$[*] ? (exists(@[*].ceiling()))')
SELECT jsonb_path_query_array('1', '$ ? (@ like_regex "x" flag "z")')
SELECT jsonb_path_query_array('1', '$ ? (@ like_regex "(")')
SELECT format('%*s', '-9223372036854775808', 'x')
SELECT format('%*s', -2147483648, 'x')
SELECT '1'::jsonb @? '$x', '1'::jsonb @@ '$x == null', jsonb_path_query_array('[1]', '+$[0]'), jsonb_path_query_array('" 1"', '$.double()')
SELECT jsonb_path_query_array('"a"', '- $')
SELECT jsonb_path_query_array('"a"', '+ $')
SELECT jsonb_path_query_array('1', 'last')
SELECT jsonb_path_query_array('"1_0"', '$.double()')
