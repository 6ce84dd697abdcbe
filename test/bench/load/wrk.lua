-- Sends the webhooks of a folder that signed.ts has filled, each once. Its one line of output is for wrk.ts.
local BODY_BYTES = 1024
local heads, head_bytes, bodies, sent, thread

function setup(one)
  thread = one
end

function init(args)
  local file = assert(io.open(args[1] .. '/bodies', 'rb'))
  bodies = {}
  for body in function() return file:read(BODY_BYTES) end do
    bodies[#bodies + 1] = body
  end
  file:close()
  heads = assert(io.open(args[1] .. '/heads', 'rb'))
  head_bytes = tonumber(args[2])
  sent = 0
  exhausted = 0
end

function request()
  local head = heads:read(head_bytes)
  if head == nil then
    -- No id is sent twice: what no server accepts ends the measurement.
    exhausted = 1
    wrk.thread:stop()
    return 'GET /exhausted HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'
  end
  sent = sent + 1
  return head .. bodies[(sent - 1) % #bodies + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'result {"answers":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d,"late":%d,"exhausted":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write, errors.timeout, thread:get('exhausted')))
end
