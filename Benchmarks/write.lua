-- Posts a body again and again; in it, "@@@@@@@@@@@@@@@@" becomes 16 random characters of hexadecimal, which are
-- good in a name and, for etcd, in Base64.
--
--   wrk ... -s write.lua URL -- BODY-FILE PATH SEED

local head, parts

function init(arguments)
   local file = assert(io.open(arguments[1], "rb"))
   local body = file:read("*a")
   file:close()
   math.randomseed(tonumber(arguments[3]) + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000000)
   head = "POST " .. arguments[2] .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
   for name, value in pairs(wrk.headers) do
      if name ~= "Host" then head = head .. name .. ": " .. value .. "\r\n" end
   end
   head = head .. "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n"
   local first, last = body:find("@@@@@@@@@@@@@@@@", 1, true)
   parts = { head .. body:sub(1, first - 1), body:sub(last + 1) }
end

function request()
   return parts[1] .. string.format("%08x%08x", math.random(0, 0x7fffffff), math.random(0, 0x7fffffff)) .. parts[2]
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      '\nRESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"failed":%d,"broken":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
