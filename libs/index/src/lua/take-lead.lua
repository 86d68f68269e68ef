-- takeLead: one worker at a time primes a variant.
-- Returns { token, '', 0 } to the one that shall, else { 0, leader, ms its lead lasts }; { 0, '', 0 } for a deleted variant.
-- Guarantees: tokens of a variant only grow, also when the server has lost everything.
-- KEYS[1] lead   KEYS[2] fence   KEYS[3] tombstone   ARGV[1] worker   ARGV[2] lead, ms
if redis.call('EXISTS', KEYS[3]) == 1 then return { '0', '', 0 } end
local held = redis.call('GET', KEYS[1])
if held then
  return { '0', string.match(held, '^%d+ (.*)$') or '', redis.call('PTTL', KEYS[1]) }
end
-- Microseconds since 1970 fit a double's 53 bits until 2255.
local time = redis.call('TIME')
local token = math.max(time[1] * 1000000 + time[2], tonumber(redis.call('GET', KEYS[2]) or 0) + 1)
local text = string.format('%.0f', token)
redis.call('SET', KEYS[2], text, 'EX', 86400)
redis.call('SET', KEYS[1], text .. ' ' .. ARGV[1], 'PX', ARGV[2])
return { text, '', 0 }
