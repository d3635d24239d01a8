// graphql-ws: subscribes with what argv says; prints what came as JSON.
const { createRequire } = require("node:module");
const load = createRequire(process.env.CONGDANSO_NODE_MODULES + "/");
const { createClient } = load("graphql-ws");

const [url, query, token] = process.argv.slice(2);
const seen = { next: [], closed: null, error: null, complete: false };
const client = createClient({
  url,
  webSocketImpl: globalThis.WebSocket ?? load("ws"),
  retryAttempts: 0,
  connectionParams: token ? { Authorization: `Bearer ${token}` } : undefined,
  on: { closed: (event) => { seen.closed = { code: event.code, reason: event.reason }; } },
});

const finish = async () => {
  await client.dispose();
  setTimeout(() => { console.log(JSON.stringify(seen)); process.exit(0); }, 100);
};

client.subscribe({ query }, {
  next: (value) => seen.next.push(value),
  error: (error) => {
    seen.error = Array.isArray(error) ? error : { code: error.code, message: error.message };
    finish();
  },
  complete: () => { seen.complete = true; finish(); },
});
