-- KEYS generation pending
-- ARGV fresh-generation version life-in-milliseconds
generation(KEYS[1], ARGV[1])
local p = decimal(text(KEYS[2]))
if not p or not less(ARGV[2], p) then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
return {1}
