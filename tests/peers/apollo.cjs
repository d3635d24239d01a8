// @apollo/gateway, over each supergraph on standard input: answers its requests; prints the answers as JSON.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const load = createRequire(process.env.CONGDANSO_NODE_MODULES + "/");
const { ApolloGateway, RemoteGraphQLDataSource } = load("@apollo/gateway");
const { getOperationAST, parse, validate } = load("graphql");

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

class Passing extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set("authorization", context.authorization);
  }
}

const answer = async ({ schema, executor }, { query, variables = {}, authorization }) => {
  const document = parse(query);
  const errors = validate(schema, document);
  if (errors.length) return { errors: errors.map((error) => error.toJSON()) };
  const response = await executor({
    request: { query, variables },
    document,
    operation: getOperationAST(document),
    operationName: null,
    source: query,
    queryHash: createHash("sha256").update(query).digest("hex"),
    context: { authorization },
    schema,
    logger: quiet,
    metrics: {},
  });
  return { data: response.data, errors: (response.errors ?? []).map((error) => error.toJSON?.() ?? error) };
};

const run = async ({ supergraph, requests }) => {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    logger: quiet,
    buildService: ({ url }) => new Passing({ url }),
  });
  let loaded;
  try {
    loaded = await gateway.load();
  } catch (error) {
    return { refused: error.message };
  }
  const answers = [];
  for (const request of requests) answers.push(await answer(loaded, request));
  await gateway.stop();
  return { answers };
};

(async () => {
  const told = [];
  for (const job of JSON.parse(readFileSync(0, "utf8"))) told.push(await run(job));
  console.log(JSON.stringify(told));
})();
