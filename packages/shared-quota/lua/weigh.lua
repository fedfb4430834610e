if not enter() then return cjson.encode({ kind = 'unknown', nowMs = now }) end

local windows, used = {}, {}
for place, window in ipairs(ask.windows) do
  local since, start = window.since, nil
  if window.ownStart then
    start = start_of(window)
    since = start
  end
  used[place] = since and used_since(series_of(place), window, since) or 0
  windows[place] = { exact(used[place]), start or false }
end

local function foreign_probe(probe)
  for _, key in ipairs(probe.marks) do
    local mark = read_mark(mark_field(key))
    local other = mark and mark.probe
    if other and other.untilMs > now and other.rid ~= probe.rid then return true end
  end
  return false
end

local function refusal()
  if ask.reserve then
    for _, limit in ipairs(ask.reserve.limits) do
      local place = limit.window + 1
      local held = held_by_all(ask.windows[place].scope)
      if used[place] + held + ask.reserve.tokens >= limit.tokens then return 'limit' end
    end
  end
  if ask.probe and foreign_probe(ask.probe) then return 'probe' end
  return nil
end

local refused = refusal()
if not refused then
  if ask.reserve then
    for _, scope in ipairs(ask.reserve.scopes) do hold(ask.gateway, scope, ask.reserve.tokens) end
  end
  for _, key in ipairs(ask.probe and ask.probe.marks or {}) do
    local mark = read_mark(mark_field(key))
    if mark then
      mark.probe = { gateway = ask.gateway, rid = ask.probe.rid, untilMs = ask.probe.untilMs }
      call('HSET', NEWS, mark_field(key), cjson.encode(mark))
      changed()
    end
  end
  -- A hash that was not there had no end to be set when this gateway entered.
  if ask.reserve then call('PEXPIRE', HELD, ask.lifeMs * 4) end
end

local held = {}
if #ask.scopes > 0 then
  local fields = {}
  for _, scope in ipairs(ask.scopes) do
    fields[#fields + 1] = '\t' .. scope
    fields[#fields + 1] = ask.gateway .. '\t' .. scope
  end
  local tokens = call('HMGET', HELD, unpack(fields))
  for place = 1, #ask.scopes do
    held[place] = tonumber(tokens[2 * place - 1] or 0) - tonumber(tokens[2 * place] or 0)
  end
end

local version = tonumber(call('HGET', NEWS, '#') or 0)
local news = nil
if version ~= ask.newsVersion then
  local marks, readings = {}, {}
  local all = call('HGETALL', NEWS)
  for at = 1, #all, 2 do
    local kind = string.sub(all[at], 1, 2)
    if kind == 'm:' then marks[#marks + 1] = all[at + 1] end
    if kind == 'r:' then readings[#readings + 1] = all[at + 1] end
  end
  news = { version = version, marks = list(marks), readings = list(readings) }
end

return cjson.encode({
  kind = 'weighed',
  nowMs = now,
  refusedBy = refused,
  windows = list(windows),
  held = list(held),
  gateways = call('ZCARD', GATEWAYS),
  news = news,
})
