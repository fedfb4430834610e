if call('HGET', LIFE, 'life') == ask.life then
  release(ask.gateway)
  call('ZREM', GATEWAYS, ask.gateway)
end
return cjson.encode({ kind = 'left', nowMs = now })
