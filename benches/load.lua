-- What wrk does with a target: the same request over and over or, where the
-- path or the body has an {n} in it, a fresh one each time. Prints the result
-- as one line of JSON.
--
--   wrk … -s load.lua URL -- METHOD PATH TOKEN RUN [BODY]

local fresh, method, path, body, run, nth = false, "GET", "/", nil, "", 0
local same

function init(arguments)
  local token
  method, path, token, run, body = arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]
  wrk.headers["Authorization"] = "Bearer " .. token
  if body then wrk.headers["Content-Type"] = "application/json" end
  fresh = (path .. (body or "")):find("{n}", 1, true) ~= nil
  same = wrk.format(method, path, nil, body)
end

function request()
  if not fresh then return same end
  nth = nth + 1
  local name = run .. "-" .. nth
  return wrk.format(method, (path:gsub("{n}", name)), nil, body and (body:gsub("{n}", name)))
end

function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "failed": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
