// Hive's gateway behind node:http. Arguments: a file with the supergraph. Prints its port.
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { createRequire } = require("node:module");
const load = createRequire(process.env.CONGDANSO_NODE_MODULES + "/");
const { createGatewayRuntime } = load("@graphql-hive/gateway-runtime");

const gateway = createGatewayRuntime({
  supergraph: readFileSync(process.argv[2], "utf8"),
  logging: false,
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ "x-client": request.headers.get("x-client") }),
  },
});
const server = createServer(gateway);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
