// Signing in as a seeded person, where the schema has the mutation for it: the token is filled in.

const SIGN_IN = `mutation SignIn($person: String!) {
  signIn(input: { person: $person }) { node { token name } userErrors { message } }
}`;

export class People {
  // `ask(query, variables)`: asks without a token, since an old one would be refused.
  // `signed(token, text, bad)`: called with the token, "" for nobody, and what to say; without a token when it failed.
  constructor(box, select, ask, signed) {
    Object.assign(this, { box, select, ask, signed });
    select.addEventListener("change", () => this.signIn(select.value));
  }

  // Shows the people, if one can sign in here.
  async set(schema, chosen) {
    const mutation = schema.roots.find((root) => root.kind === "mutation");
    if (!mutation?.type.fields.some((field) => field.name === "signIn")) return;
    const people = await (await fetch("/explorer/people.json")).json();
    this.select.replaceChildren(new Option("Khách · Anonymous", ""), ...people.map((one) => new Option(label(one), one.name)));
    this.select.value = chosen;
    this.box.hidden = false;
  }

  // A token that was typed in is nobody's of the list.
  typed(token) {
    this.select.selectedIndex = token ? -1 : 0;
  }

  async signIn(person) {
    if (!person) return this.signed("", "Khách · Anonymous");
    try {
      const answer = await this.ask(SIGN_IN, { person });
      const payload = answer.data?.signIn;
      if (payload?.node) return this.signed(payload.node.token, `Đã đăng nhập · Signed in: ${payload.node.name ?? person}`);
      return this.signed(null, (payload?.userErrors ?? answer.errors)[0].message, true);
    } catch (error) {
      return this.signed(null, error.message, true);
    }
  }
}

function label({ name, roles, agency }) {
  return [name, roles.at(-1), agency].filter(Boolean).join(" · ");
}
