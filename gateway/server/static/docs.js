// The panel that shows the schema. Everything goes into the page as text, never as markup.

import { named, spell } from "./schema.js";

export class Docs {
  // `use(kind, field)`: called when a root field is picked as a start.
  constructor(body, back, search, use) {
    Object.assign(this, { body, back, search, use, trail: [] });
    back.addEventListener("click", () => { this.trail.pop(); this.show(); });
    search.addEventListener("input", () => this.show());
  }

  set(schema) {
    this.schema = schema;
    this.trail = [];
    this.show();
  }

  fail(message) {
    this.body.replaceChildren(element("p", "hint", `Không đọc được lược đồ · No schema: ${message}`));
  }

  open(name) {
    this.search.value = "";
    this.trail.push(name);
    this.show();
    this.body.scrollTop = 0;
  }

  show() {
    if (!this.schema) return;
    this.back.disabled = this.trail.length === 0;
    const wanted = this.search.value.trim();
    if (wanted) this.body.replaceChildren(...this.results(wanted));
    else if (this.trail.length) this.body.replaceChildren(...this.type(this.schema.types.get(this.trail.at(-1))));
    else this.body.replaceChildren(...this.start());
  }

  start() {
    const parts = [];
    for (const { kind, type } of this.schema.roots) {
      parts.push(element("h3", "", { query: "Truy vấn · Queries", mutation: "Thay đổi · Mutations", subscription: "Theo dõi · Subscriptions" }[kind]));
      for (const field of type.fields) parts.push(this.field(field, kind));
    }
    return parts;
  }

  results(wanted) {
    const found = this.schema.search(wanted);
    if (!found.length) return [element("p", "hint", "Không thấy · Nothing found")];
    return found.map(({ type, field }) => {
      const row = element("div", "field");
      row.append(this.link(type.name), field ? `.${field.name}` : "");
      return row;
    });
  }

  type(type) {
    const parts = [element("h2", "", type.name), element("p", "hint", type.kind.toLowerCase().replace("_", " "))];
    if (type.description) parts.push(element("p", "", type.description));
    const kind = this.schema.roots.find((root) => root.type === type)?.kind;
    for (const field of type.fields ?? type.inputFields ?? []) parts.push(this.field(field, kind));
    for (const value of type.enumValues ?? []) {
      const row = element("div", value.isDeprecated ? "field deprecated" : "field");
      row.append(element("code", "", value.name));
      describe(row, value);
      parts.push(row);
    }
    for (const [title, list] of [["Kiểu có thể · Possible types", type.possibleTypes], ["Giao diện · Implements", type.interfaces]]) {
      if (!list?.length) continue;
      parts.push(element("h3", "", title));
      for (const one of list) {
        const row = element("div", "field");
        row.append(this.link(one.name));
        parts.push(row);
      }
    }
    return parts;
  }

  field(field, kind) {
    const row = element("div", field.isDeprecated ? "field deprecated" : "field");
    if (kind) {
      const use = element("button", "use", "+");
      use.title = "Dùng làm truy vấn · Start an operation with it";
      use.addEventListener("click", () => this.use(kind, field));
      row.append(use);
    }
    const code = element("code", "", field.name);
    (field.args ?? []).forEach((arg, index) => {
      code.append(index ? ", " : "(", `${arg.name}: `, this.link(named(arg.type), spell(arg.type)));
      if (arg.defaultValue !== null) code.append(` = ${arg.defaultValue}`);
    });
    if (field.args?.length) code.append(")");
    code.append(": ", this.link(named(field.type), spell(field.type)));
    row.append(code);
    describe(row, field);
    return row;
  }

  link(name, text = name) {
    const link = element("button", "link", text);
    link.addEventListener("click", () => this.open(name));
    return link;
  }
}

function describe(row, item) {
  if (item.isDeprecated) row.append(element("p", "", `Không nên dùng · Deprecated: ${item.deprecationReason ?? ""}`));
  if (item.description) row.append(element("p", "", item.description));
}

export function element(tag, kind, text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}
