// Hive's gateway, over each supergraph on standard input: answers its requests; prints the answers as JSON.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const load = createRequire(process.env.CONGDANSO_NODE_MODULES + "/");
const { createGatewayRuntime } = load("@graphql-hive/gateway-runtime");

const run = async ({ supergraph, requests }) => {
  const gateway = createGatewayRuntime({
    supergraph,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => {
        const authorization = request.headers.get("authorization");
        return authorization ? { authorization } : {};
      },
    },
  });
  const answers = [];
  for (const { query, variables = {}, authorization } of requests) {
    const headers = { "content-type": "application/json", accept: "application/json" };
    if (authorization) headers.authorization = authorization;
    const response = await gateway.fetch("http://gateway/graphql", {
      method: "POST",
      headers,
      body: JSON.stringify({ query, variables }),
    });
    answers.push(await response.json());
  }
  await gateway[Symbol.asyncDispose]();
  return { answers };
};

(async () => {
  const told = [];
  for (const job of JSON.parse(readFileSync(0, "utf8"))) told.push(await run(job));
  console.log(JSON.stringify(told));
})();
