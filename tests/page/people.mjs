// Users and tokens: added, shown once, changed, removed; and what a role does not show is not offered.
import assert from "node:assert/strict";
import { accessible, keptBy, visit, withPage } from "./page.mjs";

const { PALISADE_URL: url } = process.env;
const asks = async (bearer) => {
  const answer = await fetch(`${url}/api/v1/search`, { method: "POST", headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" }, body: "{}" });
  return answer.status;
};

let firstPassword = "";

await withPage(async (page) => {
  const panel = (name) => page.getByRole("region", { name, exact: true });
  const dialog = page.getByRole("dialog");

  await visit(page, "People");
  const users = panel("Users");
  await users.getByText("There are no users", { exact: false }).waitFor();
  await users.getByRole("button", { name: "Add a user" }).click();
  await dialog.getByLabel("Name").fill("ann");
  await dialog.getByLabel("auditor").check();
  await dialog.getByLabel("Streams").fill("care/-patient*\nweb");
  await accessible(page);
  await dialog.getByRole("button", { name: "Add" }).click();
  const once = page.getByRole("dialog", { name: "First password of ann" });
  firstPassword = await once.getByRole("code").textContent();
  await accessible(page);
  await once.getByRole("button", { name: "I have it" }).click();
  const row = users.getByRole("row", { name: /^ann/ });
  await row.getByText("first password").waitFor();
  await row.getByText("care/-patient*, web").waitFor();
  assert.equal((await keptBy(page)).includes(firstPassword), false);
  await accessible(page);

  await users.getByRole("button", { name: "Change ann" }).click();
  await dialog.getByLabel("viewer").check();
  await dialog.getByLabel("disabled", { exact: false }).check();
  await dialog.getByRole("button", { name: "Change" }).click();
  await row.getByText("disabled").waitFor();
  await row.getByText("viewer, auditor").waitFor();
  await users.getByRole("button", { name: "Change ann" }).click();
  await dialog.getByLabel("disabled", { exact: false }).uncheck();
  await dialog.getByLabel("viewer").uncheck();
  await dialog.getByLabel("Streams").fill("*");
  await dialog.getByRole("button", { name: "Change" }).click();
  await row.getByText("disabled").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Tokens" }).click();
  const tokens = panel("Tokens");
  await tokens.getByText(/^None\./).waitFor();
  await tokens.getByRole("button", { name: "Make a token" }).click();
  await dialog.getByLabel("For what").fill("a dashboard");
  await dialog.getByLabel("viewer").check();
  await accessible(page);
  await dialog.getByRole("button", { name: "Make it" }).click();
  const token = await page.getByRole("dialog", { name: "The token" }).getByRole("code").textContent();
  assert.equal(await asks(token), 200);
  await page.getByRole("button", { name: "I have it" }).click();
  await tokens.getByRole("row", { name: /^a dashboard of admin viewer all streams/ }).waitFor();
  await accessible(page);
  await tokens.getByRole("button", { name: "Revoke a dashboard" }).click();
  await tokens.getByText(/^None\./).waitFor();
  assert.equal(await asks(token), 401);
});

// An auditor sees what others did, and no records.
await withPage(async (page) => {
  const views = page.getByRole("navigation", { name: "Views" });
  await views.getByRole("link", { name: "Evidence" }).waitFor();
  assert.equal(await views.getByRole("link", { name: "Channels" }).count(), 1);
  assert.equal(await page.getByRole("button", { name: "Write a rule" }).count(), 0);
  await visit(page, "People");
  await page.getByRole("region", { name: "Users", exact: true }).getByRole("row", { name: /^ann/ }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Add a user" }).count(), 0);
  await visit(page, "Access");
  await page.getByRole("region", { name: "Reviews" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Who opened whose" }).count(), 0, "an auditor sees reviews and asks about nobody");
  await accessible(page);
}, {}, async (page) => {
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill(firstPassword);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("New password").fill("a sentence of five words");
  await page.getByRole("button", { name: "Change password" }).click();
});
