// An OpenID provider that nobody here wrote (npm oidc-provider), on a port of its own. Takes one argument, JSON:
// {clients, algorithm, claimsInIdToken}; prints its issuer as one line of JSON; ends when its stdin does.
// Who signs in is the request's login_hint: a person's name, with "!" for one who refuses, "low" for level 1 only.
const http = require("node:http");
const path = require("node:path");
const { createRequire } = require("node:module");
const { generateKeyPairSync } = require("node:crypto");
const { pathToFileURL } = require("node:url");

const modules = createRequire(path.join(process.env.CONGDANSO_NODE_MODULES, "any.js"));
const asked = JSON.parse(process.argv[2]);

function signingKey(algorithm) {
  const { privateKey } =
    algorithm === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), alg: algorithm, use: "sig", kid: "first" };
}

function configuration() {
  return {
    clients: asked.clients,
    jwks: { keys: [signingKey(asked.algorithm)] },
    acrValues: ["LoA1", "LoA2"],
    claims: { openid: ["sub", "SoDinhDanh", "HoVaTen", "NgaySinh"], acr: null, auth_time: null, sid: null },
    conformIdTokenClaims: !asked.claimsInIdToken,
    clientAuthMethods: ["client_secret_basic", "private_key_jwt"],
    enabledJWA: {
      idTokenSigningAlgValues: [asked.algorithm],
      clientAuthSigningAlgValues: ["ES256", "RS256"],
    },
    cookies: { keys: ["of a test"] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    // Its own way of fetching refuses this machine, where the test's client is.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
    findAccount: (ctx, name) => ({
      accountId: name,
      claims: () => ({ sub: name, SoDinhDanh: "999190000001", HoVaTen: `Người ${name}`, NgaySinh: "1990-03-12" }),
    }),
    ttl: { Session: 600, Grant: 600, Interaction: 600, IdToken: 300, AccessToken: 300, AuthorizationCode: 60 },
  };
}

async function interact(provider, request, response) {
  const { params, prompt, grantId, session } = await provider.interactionDetails(request, response);
  const hint = params.login_hint || "lan";
  if (hint.includes("!")) {
    return provider.interactionFinished(request, response, { error: "access_denied", error_description: "refused" });
  }
  if (prompt.name === "login") {
    const acr = hint.includes("low") ? "LoA1" : (params.acr_values || "LoA1").split(" ")[0];
    return provider.interactionFinished(request, response, { login: { accountId: hint, acr, remember: true } });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope("openid");
  grant.addOIDCClaims(["acr", "auth_time", "sid", "SoDinhDanh", "HoVaTen", "NgaySinh"]);
  return provider.interactionFinished(
    request,
    response,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
}

async function main() {
  const { default: Provider } = await import(pathToFileURL(modules.resolve("oidc-provider")));
  const server = http.createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  const callback = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url.startsWith("/interaction/")) {
      callback(request, response);
      return;
    }
    interact(provider, request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  provider.on("server_error", (ctx, error) => console.error(error));
  provider.on("backchannel.error", (ctx, error) => console.error(error));
  console.log(JSON.stringify({ issuer }));
}

process.stdin.on("end", () => process.exit(0)).resume();
main();
