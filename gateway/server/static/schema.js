// The schema beside the editor: read by introspection, shown type by type, and turned into operations to start from.

const INTROSPECTION = `query Schema {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) {
        name description isDeprecated deprecationReason
        args { ...Input } type { ...Type }
      }
      inputFields { ...Input }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      interfaces { name } possibleTypes { name }
    }
  }
}
fragment Input on __InputValue { name description defaultValue type { ...Type } }
fragment Type on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
}`;

const ROOTS = [["queryType", "query"], ["mutationType", "mutation"], ["subscriptionType", "subscription"]];
const LEAVES = new Set(["SCALAR", "ENUM"]);

export class Schema {
  constructor(data) {
    this.types = new Map(data.types.map((type) => [type.name, type]));
    this.roots = ROOTS.filter(([key]) => data[key]).map(([key, kind]) => ({ kind, type: this.types.get(data[key].name) }));
  }

  static async read(ask) {
    const answer = await ask(INTROSPECTION);
    if (!answer.data?.__schema) throw new Error(answer.errors?.[0]?.message ?? "no schema");
    return new Schema(answer.data.__schema);
  }

  // An operation that asks a root field for all that takes no argument, two levels deep.
  example(kind, field) {
    const variables = {};
    const given = field.args.filter((arg) => arg.type.kind === "NON_NULL" && arg.defaultValue === null);
    for (const arg of given) variables[arg.name] = this.sample(arg.type);
    const head = given.map((arg) => `$${arg.name}: ${spell(arg.type)}`).join(", ");
    const passed = given.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
    const name = field.name[0].toUpperCase() + field.name.slice(1);
    const body = this.selection(named(field.type), 2, 2);
    const text = `${kind} ${name}${head && `(${head})`} {\n  ${field.name}${passed && `(${passed})`}${body}\n}\n`;
    return { text, variables: given.length ? JSON.stringify(variables, null, 2) : "" };
  }

  selection(typeName, levels, indent) {
    const type = this.types.get(typeName);
    if (!type || LEAVES.has(type.kind)) return "";
    const pad = " ".repeat(indent + 2);
    const lines = [];
    for (const field of type.fields ?? []) {
      if (field.isDeprecated || field.args.some((arg) => arg.type.kind === "NON_NULL" && arg.defaultValue === null)) continue;
      const below = this.types.get(named(field.type));
      if (LEAVES.has(below.kind)) lines.push(pad + field.name);
      else if (levels > 1) lines.push(pad + field.name + this.selection(below.name, levels - 1, indent + 2));
    }
    for (const possible of type.kind === "UNION" ? type.possibleTypes : []) {
      lines.push(`${pad}... on ${possible.name}${this.selection(possible.name, 1, indent + 2)}`);
    }
    if (!lines.length) lines.push(pad + "__typename");
    return ` {\n${lines.join("\n")}\n${" ".repeat(indent)}}`;
  }

  sample(type, depth = 0) {
    if (type.kind === "NON_NULL") return this.sample(type.ofType, depth);
    if (type.kind === "LIST") return [this.sample(type.ofType, depth)];
    const known = this.types.get(type.name);
    if (known.kind === "ENUM") return known.enumValues[0].name;
    if (known.kind === "INPUT_OBJECT") {
      const needed = known.inputFields.filter((field) => field.type.kind === "NON_NULL" && field.defaultValue === null);
      return depth > 4 ? {} : Object.fromEntries(needed.map((field) => [field.name, this.sample(field.type, depth + 1)]));
    }
    return { Int: 1, Float: 1.5, Boolean: true, ID: "1" }[known.name] ?? "";
  }

  search(text) {
    const wanted = text.toLowerCase();
    const found = [];
    for (const type of this.types.values()) {
      if (type.name.startsWith("__")) continue;
      if (type.name.toLowerCase().includes(wanted)) found.push({ type, field: null });
      for (const field of type.fields ?? type.inputFields ?? []) {
        if (field.name.toLowerCase().includes(wanted)) found.push({ type, field });
      }
    }
    return found.slice(0, 80);
  }
}

export const named = (type) => (type.ofType ? named(type.ofType) : type.name);

export function spell(type) {
  if (type.kind === "NON_NULL") return spell(type.ofType) + "!";
  return type.kind === "LIST" ? `[${spell(type.ofType)}]` : type.name;
}
