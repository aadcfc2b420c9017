-- KEYS version schema streams files
-- ARGV number of files up to which they are returned
-- Returns {1, version, schema, streams, files}, without files if there are more, {0} if the table is absent, {-1} if it is damaged.
local v, nonce, nfiles, nstreams = entry(KEYS[1])
if not v then return {0} end
local schema = text(KEYS[2])
if not schema or not sized(KEYS[3], nstreams) or not sized(KEYS[4], nfiles) then return {-1} end
local out = {1, redis.call('GET', KEYS[1]), schema, redis.call('HGETALL', KEYS[3])}
if not less(ARGV[1], nfiles) then out[5] = redis.call('HGETALL', KEYS[4]) end
return out
