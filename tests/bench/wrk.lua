-- Asks for one page again and again, each connection after a pause of `pause` ms, and tells the sums as one JSON line.
local pause = 0

function init(arguments)
  pause = tonumber(arguments[1]) or 0
end

if os.getenv("BENCH_PAUSES") then
  function delay()
    return pause * (0.5 + math.random()) -- so that the connections do not march in step
  end
end

function done(summary, latency)
  local wrong = summary.errors
  print(string.format(
    '{"requests": %d, "seconds": %f, "p99": %f, "errors": %d}', summary.requests, summary.duration / 1e6,
    latency:percentile(99) / 1e3, wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
