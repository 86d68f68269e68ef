-- renewLease: a worker says that it lives.
-- Returns 1 when its lease was there, 0 when it was not: then the index may have lost what the worker announced.
-- KEYS[1] worker's lease   ARGV[1] address and epoch   ARGV[2] lease, ms
local known = redis.call('GET', KEYS[1]) == ARGV[1]
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return known and 1 or 0
