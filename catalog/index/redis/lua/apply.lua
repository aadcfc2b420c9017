-- KEYS generation tables version pending schema streams files
-- ARGV fresh-generation id from version nonce schema n {stream offset} n {removed path} n {path file}
-- Every list is preceded by the number of arguments in it. Returns {1}, {0, version} or {-1}: see reply in script.go.
local v, nonce, nfiles, nstreams = entry(KEYS[3])
if v == ARGV[4] and nonce == ARGV[5] then return {1} end
if v ~= ARGV[3] then return {0, v or ''} end
if redis.call('TYPE', KEYS[5]).ok ~= 'string' or not sized(KEYS[6], nstreams) or not sized(KEYS[7], nfiles) then return {-1} end
generation(KEYS[1], ARGV[1])
if ARGV[6] ~= '' then redis.call('SET', KEYS[5], ARGV[6]) end
local at = 7
for _, list in ipairs({{'HSET', KEYS[6]}, {'HDEL', KEYS[7]}, {'HSET', KEYS[7]}}) do
  local n = tonumber(ARGV[at])
  fields(list[1], list[2], at + 1, n)
  at = at + 1 + n
end
redis.call('SET', KEYS[3], string.format('%s %s %d %d', ARGV[4], ARGV[5], redis.call('HLEN', KEYS[7]), redis.call('HLEN', KEYS[6])))
member(KEYS[2], ARGV[2])
applied(KEYS[4], ARGV[4])
return {1}
