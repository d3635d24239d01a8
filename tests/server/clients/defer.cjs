// Asks a query with @defer by clients that nobody here wrote, and prints what each of them gave to its user, in order.
// Usage: node defer.cjs <url> <query> <client>: "by path" or "by id" are Apollo Client's two formats; "urql".
const { createRequire } = require("node:module");
const path = require("node:path");
const load = createRequire(path.join(process.env.CONGDANSO_NODE_MODULES, "x.js"));
const [url, query, client] = process.argv.slice(2);

function apollo() {
  const { ApolloClient, InMemoryCache, HttpLink, gql } = load("@apollo/client");
  const { Defer20220824Handler, GraphQL17Alpha9Handler } = load("@apollo/client/incremental");
  const incrementalHandler = client === "by path" ? new Defer20220824Handler() : new GraphQL17Alpha9Handler();
  const asked = new ApolloClient({ cache: new InMemoryCache({ addTypename: false }), link: new HttpLink({ uri: url }), incrementalHandler });
  const seen = [];
  return new Promise((resolve, reject) => {
    asked.watchQuery({ query: gql(query), fetchPolicy: "no-cache", errorPolicy: "all" }).subscribe({
      next: ({ data, dataState, error }) => {
        if (data === undefined) return;
        seen.push({ state: dataState, data: structuredClone(data), errors: error?.errors?.map((one) => one.message) });
        if (dataState === "complete") resolve(seen);
      },
      error: reject,
    });
  });
}

function urql() {
  const { Client, fetchExchange } = load("@urql/core");
  const seen = [];
  return new Promise((resolve) => {
    new Client({ url, exchanges: [fetchExchange], preferGetMethod: false }).query(query, {}).subscribe(({ data, error, hasNext }) => {
      seen.push({ state: hasNext ? "streaming" : "complete", data: structuredClone(data), errors: error?.graphQLErrors.map((one) => one.message) });
      if (!hasNext) resolve(seen);
    });
  });
}

(client === "urql" ? urql() : apollo()).then((seen) => {
  console.log(JSON.stringify(seen));
  process.exit(0);
});
