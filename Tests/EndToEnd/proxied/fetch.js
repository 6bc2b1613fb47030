// Asks a URL twice through the proxy of the environment: by undici, and by Node's own fetch with undici's agent.
const { ProxyAgent, fetch: undiciFetch, setGlobalDispatcher } = require("undici");

const proxy = new URL(process.env.HTTPS_PROXY);
const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
const dispatcher = new ProxyAgent({ uri: proxy.origin, token: `Basic ${Buffer.from(pair).toString("base64")}` });
const headers = { authorization: "Bearer dummy" };
const url = process.argv[2];

async function main() {
  const first = await undiciFetch(`${url}undici`, { headers, dispatcher });
  await first.text();
  console.log("undici", first.status);
  setGlobalDispatcher(dispatcher);
  const second = await fetch(`${url}fetch`, { headers });
  await second.text();
  console.log("fetch", second.status);
  process.exit(0);
}

main();
