if not enter() then return cjson.encode({ kind = 'unknown', nowMs = now }) end

for _, each in ipairs(ask.counts) do
  local place = each.window + 1
  count(place, ask.windows[place], each.at, each.tokens)
end
for _, each in ipairs(ask.held) do hold(ask.gateway, each.scope, each.tokens) end
call('PEXPIRE', HELD, ask.lifeMs * 4)
tell_all(ask.tells)
return cjson.encode({ kind = 'settled', nowMs = now })
