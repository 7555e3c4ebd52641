// Somebody signs in with a provider, somebody else who may do nothing here is told so, and a third has the name of another user.
import assert from "node:assert/strict";
import { nameless, readable, withPage } from "./page.mjs";

async function atProvider(page, name) {
  await page.getByRole("link", { name: "Sign in with Bank ID" }).click();
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("anything");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** In a browser of their own, as the provider remembers who is signed in. */
async function refused(page, name, text) {
  const other = await (await page.context().browser().newContext()).newPage();
  await other.goto(process.env.PALISADE_URL);
  await atProvider(other, name);
  await other.getByRole("alert").getByText(text).waitFor();
  assert.deepEqual(await nameless(other), []);
  assert.ok(!new URL(other.url()).search.includes("code="), "nothing of the sign-in stays in the address");
}

await withPage(async (page, context) => {
  await page.getByRole("row").first().getByText("it was paid").waitFor();
  assert.ok(!(await readable(page)).includes("it was booked"), "the group may read payments alone");
  const session = (await context.cookies(process.env.PALISADE_URL)).find((cookie) => cookie.name === "palisade_session");
  assert.deepEqual([session.httpOnly, session.sameSite], [true, "Strict"]);
  assert.ok((await context.cookies(process.env.PALISADE_URL)).every((cookie) => cookie.name !== "palisade_oidc"));
  await refused(page, "bob", "no group");
  await refused(page, "cyd", "somebody else");
}, {}, (page) => atProvider(page, "ann"));
