-- announce: a worker says what it holds of a variant.
-- Returns 1, or 0 for a variant that was deleted: nothing is written, and the worker must drop it.
-- KEYS[1] holders   KEYS[2] tombstone   ARGV[1] worker   ARGV[2] record   ARGV[3] how long holders are kept, ms
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
