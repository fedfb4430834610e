-- One window of a sync: what this gateway counted in it becomes what it says now.
let_go_of_the_gone()
local life = call('HGET', LIFE, 'life')
if life and life ~= ask.life and call('ZSCORE', GATEWAYS, ask.gateway) then
  return cjson.encode({ kind = 'taken', nowMs = now })
end

local window, series, part = ask.windows[1], series_of(1), part_of(1)
local changes = {}
local fields = call('HGETALL', part)
for at = 1, #fields, 2 do
  local index = tonumber(fields[at])
  if index then changes[index] = -tonumber(fields[at + 1]) end
end
call('DEL', part)
local mine = {}
for _, row in ipairs(ask.rows) do
  local index = math.floor(math.min(row[1], now) / window.bucket)
  if index >= oldest_bucket(window) then mine[index] = (mine[index] or 0) + row[2] end
end
local batch = { 'from', oldest_bucket(window) }
for index, tokens in pairs(mine) do
  changes[index] = (changes[index] or 0) + tokens
  batch[#batch + 1] = index
  batch[#batch + 1] = exact(tokens)
  if #batch >= 200 then call('HSET', part, unpack(batch)); batch = { 'from', oldest_bucket(window) } end
end
call('HSET', part, unpack(batch))
rewrite(series, window, changes)
keep(series, window)
keep(part, window)
return cjson.encode({ kind = 'synced', nowMs = now })
