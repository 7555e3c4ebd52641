// The first sign-in of somebody: the first password, another one, and the records that they may see.
import assert from "node:assert/strict";
import { nameless, withPage } from "./page.mjs";

const first = process.env.PALISADE_FIRST_PASSWORD;
const OWN = "a sentence of five words";

async function signIn(page) {
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("do not belong together").waitFor();
  assert.deepEqual(await nameless(page), []);
  await page.getByLabel("Password").fill(first);
  await page.getByRole("button", { name: "Sign in" }).click();

  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByRole("alert").getByText("12 to 256 bytes").waitFor();
  assert.deepEqual(await nameless(page), []);
  await page.getByLabel("New password").fill(OWN);
  await page.getByRole("button", { name: "Change password" }).click();
}

await withPage(async (page, context) => {
  await page.getByRole("row").first().getByText("it was paid").waitFor();
  const [cookie] = await context.cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Strict"]);
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Name").waitFor();
}, {}, signIn);
