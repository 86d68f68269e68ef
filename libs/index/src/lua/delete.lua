-- delete: nobody holds the variant any more, and for some time nobody can say so.
-- KEYS[1] holders   KEYS[2] tombstone   KEYS[3] lead   ARGV[1] tombstone, ms
redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
redis.call('DEL', KEYS[1], KEYS[3])
return 1
