-- countUse: a variant was used. Uses fade by half each half-life; scores are log2(faded uses) + now / half-life, so that
-- they need no touch to fade (forward decay; Cormode et al., ICDE 2009).
-- KEYS[1] popularity   ARGV[1] variant   ARGV[2] half-life, ms   ARGV[3] how many variants are remembered
local time = redis.call('TIME')
local fresh = (time[1] * 1000 + time[2] / 1000) / ARGV[2]
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
local score = fresh
if known then
  known = tonumber(known)
  local high, low = math.max(known, fresh), math.min(known, fresh)
  score = high + math.log(1 + 2 ^ (low - high)) / math.log(2)
end
redis.call('ZADD', KEYS[1], string.format('%.17g', score), ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)
return 1
