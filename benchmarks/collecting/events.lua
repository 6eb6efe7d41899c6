-- Load for wrk: batches of `BATCH` track events, each with a message id of its own; prints one line of JSON at the end.
local batch, run = tonumber(os.getenv("BATCH")), os.getenv("RUN")
local head = '{"type":"track","messageId":"'
local tail = '","userId":"hcp-001","event":"Approved Email Opened","timestamp":"2026-01-05T09:30:00.000Z",'
  .. '"properties":{"contentId":"c-9","channel":"email","n":3,"nested":{"a":[1,2]}},'
  .. '"context":{"library":{"name":"analytics-python","version":"2.4.0"}},"integrations":{}}'
local threads, sent = 0, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-Write-Key"] = os.getenv("WRITE_KEY")
end

local function event()
  sent = sent + 1
  return head .. run .. "-" .. number .. "-" .. sent .. tail
end

function request()
  if batch == 1 then
    return wrk.format(nil, "/v1/track", nil, event())
  end
  local events = {}
  for at = 1, batch do
    events[at] = event()
  end
  return wrk.format(nil, "/v1/batch", nil, '{"batch":[' .. table.concat(events, ",") .. "]}")
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"failed":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout
  ))
end
