-- noteDeleted: enters a variant in the list that workers read; what is older than a tombstone leaves it.
-- KEYS[1] list   ARGV[1] variant   ARGV[2] how long entries stay, ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return now
