-- One window of a sync: what this gateway counted in it becomes what it says now.
let_go_of_the_gone()
local life = call('HGET', OWN, '#life')
if life and life ~= ask.life and call('ZSCORE', GATEWAYS, ask.gateway) then
  return cjson.encode({ kind = 'taken', nowMs = now })
end

local window, key = ask.windows[1], KEYS[FIRST_SERIES + 1]
local prefix = window.id .. ':'
local changes = {}
local fields = call('HGETALL', OWN)
for at = 1, #fields, 2 do
  if string.sub(fields[at], 1, #prefix) == prefix then
    local index = tonumber(string.sub(fields[at], #prefix + 1))
    if index then
      changes[index] = -tonumber(fields[at + 1])
      call('HDEL', OWN, fields[at])
    end
  end
end
for _, row in ipairs(ask.rows) do
  local index = math.floor(math.min(row[1], now) / window.bucket)
  if index >= oldest_bucket(window) then
    changes[index] = (changes[index] or 0) + row[2]
    call('HINCRBYFLOAT', OWN, prefix .. index, exact(row[2]))
  end
end
rewrite(key, window, changes)
keep_series(key, window)
call('HSET', OWN, '#t:' .. window.id, oldest_bucket(window))
call('PEXPIRE', OWN, LONGEST_MS)
return cjson.encode({ kind = 'synced', nowMs = now })
