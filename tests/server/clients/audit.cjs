// Runs every audit of graphql-http against a URL; prints them as JSON.
const { createRequire } = require("node:module");
const load = createRequire(process.env.CONGDANSO_NODE_MODULES + "/");
const { auditServer } = load("graphql-http");

auditServer({ url: process.argv[2] }).then((results) => {
  const plain = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
  console.log(JSON.stringify(plain));
});
