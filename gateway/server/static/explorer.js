// The page: editors, run and stop, the answer, the history.

import { Docs, element } from "./docs.js";
import { People } from "./people.js";
import { Schema } from "./schema.js";
import { subscribe } from "./socket.js";

const at = (id) => document.getElementById(id);
const ENDPOINT = location.pathname;
const HISTORY = "explorer.history";
const NARROW = matchMedia("(max-width: 900px)");
// What to begin with, by the root field that the schema must have.
const REPORTS = `{
  reports(first: 3) {
    nodes {
      code title state
      agency { name }
      ward {
        fullName
        agency { name }
      }
    }
  }
}
`;
const ANY = "{ __typename }\n";

let stop = null;

async function ask(query, variables, operationName, signal, token = at("token").value.trim()) {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json, application/json;q=0.9" };
  if (token) headers.authorization = `Bearer ${token}`;
  const body = JSON.stringify({ query, variables, operationName });
  const response = await fetch(ENDPOINT, { method: "POST", headers, body, signal });
  const answer = await response.json();
  answer.status = response.status;
  return answer;
}

const askAsNobody = (query, variables) => ask(query, variables, undefined, undefined, "");

// The operations of a text by kind and name: enough of a parser to know what to run, strings and comments left out.
function operations(text) {
  const plain = text.replace(/"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g, (part) => " ".repeat(part.length));
  const found = [];
  let depth = 0;
  for (const match of plain.matchAll(/[{}()]|\b(query|mutation|subscription|fragment)\b\s*([_A-Za-z]\w*)?/g)) {
    if (match[0] === "{" || match[0] === "(") {
      if (depth === 0 && match[0] === "{" && !found.length) found.push({ kind: "query", name: null, start: match.index });
      depth += 1;
    } else if (match[0] === "}" || match[0] === ")") depth -= 1;
    else if (depth === 0) found.push({ kind: match[1], name: match[2] ?? null, start: match.index });
  }
  return found;
}

// The operation that the cursor stands in, else the first.
function chosen(text, cursor) {
  const found = operations(text);
  const runnable = found.filter((one) => one.kind !== "fragment");
  return runnable.filter((one) => one.start <= cursor).at(-1) ?? runnable[0] ?? { kind: "query", name: null };
}

async function run() {
  if (stop) stop();
  const query = at("query").value;
  const operation = chosen(query, at("query").selectionStart);
  let variables;
  try {
    variables = at("variables").value.trim() ? JSON.parse(at("variables").value) : undefined;
  } catch (error) {
    say(`Biến không phải JSON · Variables: ${error.message}`, true);
    return;
  }
  remember(query, at("variables").value);
  keep();
  at("answer").replaceChildren();
  if (NARROW.matches) at("query").blur();
  if (operation.kind === "subscription") listen({ query, variables, operationName: operation.name ?? undefined });
  else await answer(query, variables, operation.name);
}

async function answer(query, variables, name) {
  const abort = new AbortController();
  const began = performance.now();
  running(() => abort.abort());
  say("…");
  try {
    const { status, ...result } = await ask(query, variables, name, abort.signal);
    paint(result);
    say(`${status} · ${Math.round(performance.now() - began)} ms`, status >= 400 || Boolean(result.errors));
  } catch (error) {
    say(error.name === "AbortError" ? "Đã dừng · Stopped" : error.message, error.name !== "AbortError");
  }
  running(null);
  reveal(at("answers"));
}

function listen(request) {
  let events = 0;
  say("Đang nghe · Listening…");
  reveal(at("answers"));
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ENDPOINT}`;
  const ending = subscribe(url, at("token").value.trim(), request, {
    next(payload) {
      events += 1;
      paint(payload, `#${events} · ${new Date().toLocaleTimeString("vi-VN")}`);
      say(`${events} sự kiện · events`);
    },
    error: (errors) => paint({ errors }),
    end(reason) {
      const clean = reason === "complete" || reason === "stopped";
      say(`${events} sự kiện · events · ${reason}`, !clean);
      running(null);
    },
  });
  running(ending);
}

// Where one column holds everything, what matters now is scrolled to.
function reveal(section) {
  if (NARROW.matches) section.scrollIntoView({ block: "start" });
}

function running(how) {
  stop = how;
  at("stop").hidden = !how;
}

function say(text, bad = false) {
  at("status").textContent = text;
  at("status").className = bad ? "bad" : "";
}

// JSON in colours; a stream's events one below the other, the newest on top, the last 200 kept.
function paint(value, title = "") {
  const text = JSON.stringify(value, null, 2);
  const parts = document.createElement("div");
  if (title) parts.append(element("span", "event", title));
  let last = 0;
  for (const match of text.matchAll(/("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g)) {
    parts.append(text.slice(last, match.index));
    parts.append(element("span", match[2] ? "key" : match[1] ? "string" : "number", match[1] ?? match[0]), match[2] ?? "");
    last = match.index + match[0].length;
  }
  parts.append(text.slice(last));
  at("answer").prepend(parts);
  while (at("answer").children.length > 200) at("answer").lastChild.remove();
}

function history() {
  try { return JSON.parse(localStorage.getItem(HISTORY)) ?? []; } catch { return []; }
}

function remember(query, variables) {
  const kept = [{ query, variables }, ...history().filter((one) => one.query !== query)].slice(0, 30);
  localStorage.setItem(HISTORY, JSON.stringify(kept));
  showHistory();
}

function showHistory() {
  at("history").replaceChildren(...history().map((one) => {
    const found = operations(one.query).find((operation) => operation.kind !== "fragment");
    const line = one.query.replace(/#[^\n]*/g, "").replace(/\s+/g, " ").trim().slice(0, 48);
    const link = element("button", "link", found?.name ? `${found.kind} ${found.name}` : line);
    link.addEventListener("click", () => pick(one.query, one.variables));
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
}

function fill(query, variables) {
  at("query").value = query;
  at("variables").value = variables ?? "";
  if (variables) at("variables-box").open = true;
  keep();
}

function pick(query, variables) {
  fill(query, variables);
  if (NARROW.matches) reveal(at("editors"));
  else at("query").focus();
}

function keep() {
  sessionStorage.setItem("explorer.query", at("query").value);
  sessionStorage.setItem("explorer.variables", at("variables").value);
  sessionStorage.setItem("explorer.token", at("token").value);
  sessionStorage.setItem("explorer.person", at("person").value);
}

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); }
  else if (event.key === "F" && event.ctrlKey && event.shiftKey) {
    event.preventDefault();
    try { at("variables").value = JSON.stringify(JSON.parse(at("variables").value), null, 2); } catch { say("Biến không phải JSON", true); }
  } else if (event.key === "Tab" && !event.shiftKey && event.target.tagName === "TEXTAREA") {
    event.preventDefault();
    event.target.setRangeText("  ", event.target.selectionStart, event.target.selectionEnd, "end");
  }
}

const docs = new Docs(at("docs-body"), at("back"), at("search"), (kind, field) => {
  const example = docs.schema.example(kind, field);
  pick(example.text, example.variables);
});

const people = new People(at("person-box"), at("person"), askAsNobody, (token, text, bad = false) => {
  if (token !== null) at("token").value = token;
  else people.typed(at("token").value);
  say(text, bad);
  keep();
});

at("run").addEventListener("click", run);
at("stop").addEventListener("click", () => stop?.());
at("copy").addEventListener("click", () => navigator.clipboard.writeText(at("answer").textContent));
at("forget").addEventListener("click", () => { localStorage.removeItem(HISTORY); showHistory(); });
document.addEventListener("keydown", onKey);
document.addEventListener("input", keep);
at("unfold").addEventListener("click", () => {
  const folded = at("docs").classList.toggle("folded");
  at("unfold").setAttribute("aria-expanded", String(!folded));
});
at("token").addEventListener("input", () => { people.typed(at("token").value); keep(); });
at("token").value = sessionStorage.getItem("explorer.token") ?? "";
at("variables-box").open = !NARROW.matches;
const person = sessionStorage.getItem("explorer.person") ?? "";
fill(sessionStorage.getItem("explorer.query"), sessionStorage.getItem("explorer.variables"));
showHistory();
Schema.read(askAsNobody).then(begin, (error) => { docs.fail(error.message); start(ANY); });

function begin(schema) {
  docs.set(schema);
  people.set(schema, person).then(() => { if (!person) people.typed(at("token").value); });
  const query = schema.roots.find((root) => root.kind === "query");
  start(query.type.fields.some((field) => field.name === "reports") ? REPORTS : ANY);
}

// Nothing that was written meanwhile, or before the page was loaded anew, is lost.
function start(query) {
  if (!at("query").value) fill(query, "");
}
