// A provider of OpenID Connect with three people in it: `node provider.mjs PORT CALLBACK`.
import Provider from "oidc-provider";

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const GROUPS = { ann: ["everybody", "soc"], bob: ["everybody"], cyd: ["soc"] };

// Any password is right: what is tested is what happens afterwards.
const findAccount = (_, id) => ({
  accountId: id,
  claims: () => ({ sub: `id-of-${id}`, preferred_username: id, groups: GROUPS[id] ?? [] }),
});
const provider = new Provider(issuer, {
  clients: [{
    client_id: "palisade",
    client_secret: "a secret of tests that is long enough for HS256",
    redirect_uris: [callback],
  }],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  conformIdTokenClaims: process.env.CLAIMS_IN_TOKEN !== "1",
  pkce: { required: () => true },
  cookies: { keys: ["a key of tests"] },
  features: { devInteractions: { enabled: true } },
  findAccount,
});
provider.listen(Number(port), "127.0.0.1", () => console.log(`provider at ${issuer}`));
