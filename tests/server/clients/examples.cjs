// Reads a server's schema as the Explorer does, and prints an example of every root field as JSON.
const { readFileSync } = require("node:fs");
const [url, file] = process.argv.slice(2);

const ask = async (query) => {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).json();
};

(async () => {
  const source = readFileSync(file).toString("base64");
  const { Schema } = await import(`data:text/javascript;base64,${source}`);
  const schema = await Schema.read(ask);
  const examples = schema.roots.flatMap(({ kind, type }) => type.fields.map((field) => {
    const { text, variables } = schema.example(kind, field);
    return { kind, field: field.name, query: text, variables: variables ? JSON.parse(variables) : {} };
  }));
  console.log(JSON.stringify({ examples, found: schema.search("author").map(({ type, field }) => [type.name, field && field.name]) }));
})();
