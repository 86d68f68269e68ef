-- keepLead: goes on priming (ARGV[3] > 0), or ends it (0).
-- Returns 1, or 0 when the lead is another's or gone: whoever asked must not announce what it has primed as the lead.
-- KEYS[1] lead   ARGV[1] token   ARGV[2] worker   ARGV[3] lead, ms
if redis.call('GET', KEYS[1]) ~= ARGV[1] .. ' ' .. ARGV[2] then return 0 end
if ARGV[3] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
