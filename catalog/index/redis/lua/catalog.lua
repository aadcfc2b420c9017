-- KEYS generation catalog pending
-- ARGV fresh-generation advance|reset version nonce from
-- version and from are empty for absent, which only reset has. Returns as apply does.
local v, nonce = entry(KEYS[2])
if not (v == ARGV[3] and nonce == ARGV[4]) then
  if ARGV[2] == 'reset' and (v or '') ~= ARGV[5] then return {0, v or ''} end
  generation(KEYS[1], ARGV[1])
  if ARGV[3] == '' then
    redis.call('UNLINK', KEYS[2])
    return {1}
  end
  if ARGV[2] == 'reset' or not v or less(v, ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3] .. ' ' .. ARGV[4] .. ' 0 0') end
end
applied(KEYS[3], ARGV[3])
return {1}
