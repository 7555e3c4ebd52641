// The evidence on the page: verified, where it is, held and released, and its keys.
import assert from "node:assert/strict";
import { nameless, open, overflows, visit, withPage } from "./page.mjs";

const MATTER = "Doe v. Clinic, 26-1841";

await withPage(async (page) => {
  await visit(page, "Evidence");
  assert.match(page.url(), /view=evidence/);
  const panel = (name) => page.getByRole("region", { name, exact: true });

  const integrity = panel("Integrity");
  await integrity.getByText("Nothing was verified yet").waitFor();
  await integrity.getByRole("button", { name: "Verify now" }).click();
  await integrity.getByText("Everything that was checked is as it was signed").waitFor();
  // Beside the three records there are those of what this page does.
  await integrity.getByText(/\d+ records in \d+ splits?/).waitFor();
  await integrity.getByText(/\d+ entr(y|ies) of .*stored \d{4}-/).waitFor();

  const places = panel("Where the records are");
  await places.getByText("Every split has a verified copy in the cold storage").waitFor();
  await places.getByRole("row", { name: /^Cold the evidence \d/ }).waitFor();
  await places.getByRole("row", { name: "Warm copies of middle age not configured" }).waitFor();
  await places.getByText(/(\d+) of \1 splits?, until \d{4}-/).waitFor();
  await panel("Keys").getByText("a file of this server").waitFor();
  await panel("Restores from archives").getByText("None.").waitFor();

  const holds = panel("Legal holds");
  await holds.getByText("No hold stands.").waitFor();
  await holds.getByRole("button", { name: "Place a hold…" }).click();
  const place = page.getByRole("dialog", { name: "Place a legal hold" });
  await place.getByLabel("Matter").fill(MATTER);
  await place.getByLabel("Reason").fill("asked for by counsel");
  await place.getByLabel("Query").fill("action:read | head 1");
  await place.getByLabel("From").fill("now-30d");
  await place.getByRole("button", { name: "Place the hold" }).click();
  await place.getByRole("alert").waitFor();
  await place.getByLabel("Query").fill("action:read");
  assert.deepEqual(await nameless(page), []);
  await place.getByRole("button", { name: "Place the hold" }).click();
  await holds.getByText("1 hold stands").waitFor();
  await holds.getByRole("row", { name: MATTER }).getByText("action:read").waitFor();

  await holds.getByRole("button", { name: `Release the hold of ${MATTER}` }).click();
  const release = page.getByRole("dialog", { name: `Release the hold of ${MATTER}` });
  await release.waitFor();
  await page.keyboard.press("Escape");
  await release.waitFor({ state: "hidden" });
  await holds.getByText("1 hold stands").waitFor();
  await holds.getByRole("button", { name: `Release the hold of ${MATTER}` }).press("Enter");
  await release.getByLabel("Reason").fill("the matter is closed");
  await release.getByRole("button", { name: "Release the hold" }).click();
  await holds.getByText("No hold stands.").waitFor();
  await holds.getByText("1 released hold").click();
  await holds.getByText("the matter is closed").waitFor();

  assert.deepEqual(await nameless(page), []);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await overflows(page), false, "a telephone shows it, too");
  await open(page, { view: "evidence" });
  await integrity.getByText("Everything that was checked is as it was signed").waitFor();
});
