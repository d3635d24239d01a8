// graphql-sse in distinct connections mode: subscribes with what argv says; prints what came as JSON.
const { createRequire } = require("node:module");
const load = createRequire(process.env.CONGDANSO_NODE_MODULES + "/");
const { createClient } = load("graphql-sse");

const [url, query, token] = process.argv.slice(2);
const seen = { next: [], error: null, complete: false };
const client = createClient({
  url,
  retryAttempts: 0,
  headers: token ? { authorization: `Bearer ${token}` } : undefined,
});

const finish = () => { client.dispose(); console.log(JSON.stringify(seen)); process.exit(0); };

client.subscribe({ query }, {
  next: (value) => seen.next.push(value),
  error: (error) => {
    seen.error = { message: error.message, status: error.response && error.response.status };
    finish();
  },
  complete: () => { seen.complete = true; finish(); },
});
