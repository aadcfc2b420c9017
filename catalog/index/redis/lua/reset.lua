-- KEYS generation tables version pending schema streams files staged
-- ARGV fresh-generation id from version nonce schema staged-files n {stream offset} n {path file}
-- from is empty for absent. The files are in the list, or, if staged-files is not 0, in the hash staged. Returns as apply does.
local v, nonce = entry(KEYS[3])
if v == ARGV[4] and nonce == ARGV[5] then return {1} end
if (v or '') ~= ARGV[3] then return {0, v or ''} end
if ARGV[7] ~= '0' and not sized(KEYS[8], ARGV[7]) then return {-1} end
generation(KEYS[1], ARGV[1])
redis.call('UNLINK', KEYS[3], KEYS[5], KEYS[6], KEYS[7])
redis.call('SET', KEYS[5], ARGV[6])
local n = tonumber(ARGV[8])
fields('HSET', KEYS[6], 9, n)
if ARGV[7] ~= '0' then
  redis.call('PERSIST', KEYS[8])
  redis.call('RENAME', KEYS[8], KEYS[7])
else
  fields('HSET', KEYS[7], 10 + n, tonumber(ARGV[9 + n]))
end
redis.call('SET', KEYS[3], string.format('%s %s %d %d', ARGV[4], ARGV[5], redis.call('HLEN', KEYS[7]), redis.call('HLEN', KEYS[6])))
member(KEYS[2], ARGV[2])
applied(KEYS[4], ARGV[4])
return {1}
