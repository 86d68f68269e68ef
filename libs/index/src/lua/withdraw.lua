-- withdraw: takes back a record, unless another one has taken its place.
-- Returns whether it was there.
-- KEYS[1] holders   ARGV[1] worker   ARGV[2] record
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
