-- Shared by all scripts. KEYS: gateways, held, news, life, then for each window in ask.windows its series and our part.
--   gateways  sorted set: gateway -> ms at which it is taken for gone
--   held      hash: "<gateway>\t<scope>" -> tokens, "\t<scope>" -> tokens of all
--   news      hash: "#" version, "m:<lane>\n<model>" mark, "r:<lane>\n…" reading, "s:<window id>" own start
--   life      hash of one gateway: "life" its process, "seq" the last call taken
--   series    sorted set by bucket, of all gateways: "<bucket>|<tokens before it>|<tokens in it>"
--   part      hash of one gateway and window: "<bucket>" -> tokens, "from" the oldest bucket kept
local call = redis.call
local ask = cjson.decode(ARGV[1])
local GATEWAYS, HELD, NEWS, LIFE = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local LONGEST_MS = 2678400000

local now = ask.now
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function exact(number)
  return string.format('%.17g', number)
end

local function series_of(place)
  return KEYS[3 + 2 * place]
end

local function part_of(place)
  return KEYS[4 + 2 * place]
end

local function list(items)
  return #items == 0 and cjson.null or items
end

-- ---- gateways and what they hold

local function hold(gateway, scope, tokens)
  local field = gateway .. '\t' .. scope
  local before = tonumber(call('HGET', HELD, field) or 0)
  local after = math.max(0, before + tokens)
  if after > 0 then call('HSET', HELD, field, exact(after)) else call('HDEL', HELD, field) end
  local total = tonumber(call('HINCRBY', HELD, '\t' .. scope, exact(after - before)))
  if total <= 0 then call('HDEL', HELD, '\t' .. scope) end
end

local function release(gateway)
  local prefix = gateway .. '\t'
  local fields = call('HKEYS', HELD)
  for _, field in ipairs(fields) do
    if string.sub(field, 1, #prefix) == prefix then
      hold(gateway, string.sub(field, #prefix + 1), -math.huge)
    end
  end
end

local function held_by_all(scope)
  return tonumber(call('HGET', HELD, '\t' .. scope) or 0)
end

local function let_go_of_the_gone()
  for _, gateway in ipairs(call('ZRANGEBYSCORE', GATEWAYS, '-inf', now)) do
    release(gateway)
    call('ZREM', GATEWAYS, gateway)
  end
end

-- Gateways and what they hold end together, or what the gone still hold would stay for ever.
local function stay(deadline)
  call('ZADD', GATEWAYS, now + ask.lifeMs, ask.gateway)
  if deadline and deadline > now + ask.lifeMs - 1000 then return end
  call('PEXPIRE', GATEWAYS, ask.lifeMs * 4)
  call('PEXPIRE', HELD, ask.lifeMs * 4)
  call('PEXPIRE', LIFE, LONGEST_MS)
end

-- Whether this gateway is known and its call not late. A gateway that was taken for gone has lost what it held.
local function enter()
  let_go_of_the_gone()
  local known = call('HMGET', LIFE, 'life', 'seq')
  if known[1] ~= ask.life or tonumber(known[2] or 0) >= ask.seq then return false end
  local deadline = call('ZSCORE', GATEWAYS, ask.gateway)
  if not deadline then return false end
  call('HSET', LIFE, 'seq', ask.seq)
  stay(tonumber(deadline))
  return true
end

-- ---- series

local function unpack_row(member)
  local index, before, tokens = string.match(member, '^(%d+)|([^|]+)|([^|]+)$')
  return tonumber(index), tonumber(before), tonumber(tokens)
end

local function pack_row(index, before, tokens)
  return string.format('%d|%.17g|%.17g', index, before, tokens)
end

local function oldest_bucket(window)
  return math.floor((now - window.length) / window.bucket)
end

local function used_since(key, window, since)
  local from = math.floor(math.max(since, now - window.length) / window.bucket)
  local first = call('ZRANGEBYSCORE', key, from, '+inf', 'LIMIT', 0, 1)[1]
  if not first then return 0 end
  local _, before = unpack_row(first)
  local _, base, tokens = unpack_row(call('ZREVRANGE', key, 0, 0)[1])
  return base + tokens - before
end

-- Adds to buckets that are not the last one: what was summed up after them is written anew.
local function rewrite(key, window, changes)
  local values, order = {}, {}
  for _, member in ipairs(call('ZRANGE', key, 0, -1)) do
    local index, _, tokens = unpack_row(member)
    values[index] = tokens
  end
  for index, tokens in pairs(changes) do values[index] = (values[index] or 0) + tokens end
  for index, tokens in pairs(values) do
    if index >= oldest_bucket(window) and tokens > 1e-6 then order[#order + 1] = index end
  end
  table.sort(order)
  call('DEL', key)
  local sum, batch = 0, {}
  for _, index in ipairs(order) do
    batch[#batch + 1] = index
    batch[#batch + 1] = pack_row(index, sum, values[index])
    sum = sum + values[index]
    if #batch >= 200 then call('ZADD', key, unpack(batch)); batch = {} end
  end
  if #batch > 0 then call('ZADD', key, unpack(batch)) end
end

local function keep(key, window)
  call('PEXPIRE', key, math.ceil(window.length + 2 * window.bucket))
end

local function add_to_series(key, window, index, tokens)
  local last = call('ZREVRANGE', key, 0, 0)[1]
  if not last then
    call('ZADD', key, index, pack_row(index, 0, tokens))
    return
  end
  local newest, before, value = unpack_row(last)
  if index == newest then
    call('ZREM', key, last)
    call('ZADD', key, index, pack_row(index, before, value + tokens))
  elseif index > newest then
    call('ZADD', key, index, pack_row(index, before + value, tokens))
    call('ZREMRANGEBYSCORE', key, '-inf', oldest_bucket(window) - 1)
  else
    rewrite(key, window, { [index] = tokens })
  end
end

-- What a gateway counted in buckets that no window holds any more is of no use to a later sync.
local function trim_part(part, window)
  local oldest = oldest_bucket(window)
  local from = tonumber(call('HGET', part, 'from') or oldest)
  for index = math.max(from, oldest - 2000), oldest - 1 do call('HDEL', part, index) end
  call('HSET', part, 'from', oldest)
end

local function count(place, window, at, tokens)
  local index = math.floor(math.min(at, now) / window.bucket)
  if index < oldest_bucket(window) then return end
  local series, part = series_of(place), part_of(place)
  add_to_series(series, window, index, tokens)
  local mine = call('HINCRBYFLOAT', part, index, exact(tokens))
  if tonumber(mine) == tokens then trim_part(part, window) end
  keep(series, window)
  keep(part, window)
end

-- Where an own-start window begins: the earliest start told that is not over.
local function start_of(window)
  local field = 's:' .. window.id
  local start = tonumber(call('HGET', NEWS, field) or nil)
  if start and start + window.length <= now then start = nil end
  local told = window.since
  if told and told + window.length > now and (not start or told < start) then
    start = told
    call('HSET', NEWS, field, exact(start))
    call('PEXPIRE', NEWS, LONGEST_MS)
  end
  return start
end

-- ---- news

local function changed()
  local version = call('HINCRBY', NEWS, '#', 1)
  call('PEXPIRE', NEWS, LONGEST_MS)
  call('PUBLISH', ask.channel, version)
  return version
end

local function mark_field(key)
  return 'm:' .. key.lane .. '\n' .. (key.model or '')
end

local function read_mark(field)
  local text = call('HGET', NEWS, field)
  return text and cjson.decode(text) or nil
end

local function each_mark(visit)
  for _, field in ipairs(call('HKEYS', NEWS)) do
    if string.sub(field, 1, 2) == 'm:' then visit(field, read_mark(field)) end
  end
end

local function put_mark(told, by_hand)
  each_mark(function(field, mark)
    local ends = math.max(mark.declaredUntilMs or 0, mark.ownUntilMs or 0)
    if ends + ask.markKeepMs <= now then call('HDEL', NEWS, field) end
  end)
  local field = mark_field(told)
  local before = not by_hand and read_mark(field) or nil
  local kept = before and before.declaredUntilMs or nil
  if kept and (not told.declaredUntilMs or kept > told.declaredUntilMs) then
    told.declaredUntilMs = kept
    told.windowMs = before.windowMs
  end
  told.revision = changed()
  told.gateway = ask.gateway
  told.probe = nil
  call('HSET', NEWS, field, cjson.encode(told))
end

local tell = {
  mark = function(told) put_mark(told.mark, told.byHand) end,
  clear = function(told)
    local mark = read_mark(mark_field(told.key))
    if not mark then return end
    local meant
    if told.revision then meant = mark.revision == told.revision else meant = mark.gateway == ask.gateway end
    if not meant then return end
    call('HDEL', NEWS, mark_field(told.key))
    changed()
  end,
  probe_end = function(told)
    each_mark(function(field, mark)
      if not mark.probe or mark.probe.rid ~= told.rid then return end
      mark.probe = nil
      call('HSET', NEWS, field, cjson.encode(mark))
      changed()
    end)
  end,
  reading = function(told)
    local reading = told.reading
    local field = 'r:' .. reading.lane .. '\n' .. reading.reading.scope .. '\n' .. reading.reading.name
    local before = call('HGET', NEWS, field)
    if before and cjson.decode(before).observedMs >= reading.observedMs then return end
    call('HSET', NEWS, field, cjson.encode(reading))
    changed()
  end,
}

local function tell_all(tells)
  for _, told in ipairs(tells or {}) do tell[told.kind](told) end
end
