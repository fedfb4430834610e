-- The end of a sync: from here on the gateway is known, and holds what it says now.
let_go_of_the_gone()
local life = call('HGET', LIFE, 'life')
if life and life ~= ask.life and call('ZSCORE', GATEWAYS, ask.gateway) then
  return cjson.encode({ kind = 'taken', nowMs = now })
end

release(ask.gateway)
call('HSET', LIFE, 'life', ask.life, 'seq', ask.seq)
for _, each in ipairs(ask.held) do hold(ask.gateway, each.scope, each.tokens) end
stay()
tell_all(ask.tells)
-- The others have figures without what this gateway has just told.
changed()
return cjson.encode({ kind = 'synced', nowMs = now, isNew = not life })
