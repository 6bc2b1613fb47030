-- Gets random ones of the documents whose ids are in a file, one id of 36 characters on each line; or, with a - for
-- the file, the one path again and again.
--
--   wrk ... -s read.lua URL -- IDS-FILE PATH-PREFIX SEED

local ids, count, head, tail

function init(arguments)
   ids = ""
   if arguments[1] ~= "-" then
      local file = assert(io.open(arguments[1], "rb"))
      ids = file:read("*a")
      file:close()
   end
   count = #ids / 37
   math.randomseed(tonumber(arguments[3]) + tonumber(tostring({}):match("0x(%x+)"), 16) % 1000000)
   head = "GET " .. arguments[2]
   tail = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
   for name, value in pairs(wrk.headers) do
      if name ~= "Host" then tail = tail .. name .. ": " .. value .. "\r\n" end
   end
   tail = tail .. "\r\n"
end

function request()
   if count == 0 then return head .. tail end
   local at = math.random(0, count - 1) * 37
   return head .. ids:sub(at + 1, at + 36) .. tail
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      '\nRESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"failed":%d,"broken":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
