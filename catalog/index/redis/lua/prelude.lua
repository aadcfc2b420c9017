-- Versions are decimal strings up to 2^63-1 and never become Lua numbers, which are doubles.
-- A version key holds "version nonce files streams"; anything else counts as absent, as in parseEntry.

local function text(key)
  if redis.call('TYPE', key).ok ~= 'string' then return false end
  return redis.call('GET', key)
end

local function decimal(s)
  if not s or not string.find(s, '^%d+$') or #s > 19 then return false end
  if #s > 1 and string.sub(s, 1, 1) == '0' then return false end
  if #s == 19 and s > '9223372036854775807' then return false end
  return s
end

local function less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

-- entry returns version, nonce, files and streams of a version key, or false.
local function entry(key)
  local v, nonce, files, streams = string.match(text(key) or '', '^(%d+) (%x+) (%d+) (%d+)$')
  if not (decimal(v) and decimal(files) and decimal(streams)) then return false end
  return v, nonce, files, streams
end

local function generation(key, fresh)
  local g = text(key)
  if not g or g == '' then
    redis.call('UNLINK', key)
    redis.call('SET', key, fresh)
  end
end

-- applied ends announcements up to a version.
local function applied(key, version)
  local p = decimal(text(key))
  if not p or not less(version, p) then redis.call('UNLINK', key) end
end

-- fields sends ARGV[first..first+n-1] in pieces: unpack has a limit.
local function fields(cmd, key, first, n)
  for i = first, first + n - 1, 1000 do
    redis.call(cmd, key, unpack(ARGV, i, math.min(i + 999, first + n - 1)))
  end
end

local function member(key, id)
  if redis.call('TYPE', key).ok ~= 'set' then redis.call('UNLINK', key) end
  redis.call('SADD', key, id)
end

local function sized(key, n)
  local t = redis.call('TYPE', key).ok
  if t == 'none' then return n == '0' end
  return t == 'hash' and string.format('%d', redis.call('HLEN', key)) == n
end
