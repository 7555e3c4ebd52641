// A protected value on the page: masked, filtered for, shown for a reason and a time, and nowhere afterwards.
import assert from "node:assert/strict";
import { keptBy, nameless, open, readable, visit, withPage } from "./page.mjs";

const CANARY = "CANARY-page-3b9e";
const REASON = "the patient asked who looked";

await withPage(async (page) => {
  await page.clock.install();
  await open(page, { q: "stream:audit action:read", from: "now-1d" });
  await page.getByRole("row").first().click();
  const detail = page.getByRole("region", { name: "Record", exact: true });
  const field = detail.getByRole("row", { name: "patient_id" });
  const mask = field.getByRole("img", { name: "protected value" });
  assert.match(await mask.getAttribute("title"), /^protected: found by its value, not shown$/);
  assert.ok(!(await readable(page)).includes(CANARY), "masked");

  // By this value: the token is asked for, and finds both records of the same value, not the third.
  await field.hover();
  await field.getByRole("button", { name: "Search only for" }).click();
  await page.getByText("2 records", { exact: true }).waitFor();
  assert.match(page.url(), /patient_id%3A%22sealed%3A[0-9a-f]{32}%22/);

  await page.getByRole("row").first().click();
  await detail.getByRole("button", { name: "Reveal…" }).click();
  const dialog = page.getByRole("dialog", { name: "Reveal protected values" });
  await dialog.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA", "the first thing to write is the reason");
  assert.deepEqual(await nameless(page), []);
  await dialog.getByLabel("Reason").fill("why not");
  await dialog.getByRole("button", { name: "Reveal" }).click();
  await dialog.getByRole("alert").getByText("10 characters").waitFor();
  await dialog.getByLabel("Reason").fill(REASON);
  await dialog.getByLabel("Show for").selectOption("1");

  // What cannot be recorded is not shown, and the page says so.
  await page.route("**/api/v1/reveal", (route) => route.fulfill({ status: 503, json: { error: { kind: "unavailable", message: "the record of this cannot be written: no space", hint: "" } } }), { times: 1 });
  await dialog.getByRole("button", { name: "Reveal" }).click();
  await dialog.getByRole("alert").getByText("Nothing was shown").waitFor();
  await dialog.getByRole("button", { name: "Reveal" }).click();

  await field.getByText(CANARY).waitFor();
  await detail.getByText("1 protected value shown in clear").waitFor();
  await detail.getByRole("timer").getByText("hidden in").waitFor();
  assert.ok(!(await keptBy(page)).includes(CANARY), "in clear, and kept nowhere");
  const filter = field.getByRole("button", { name: "Filter for" });
  assert.ok(!(await filter.getAttribute("aria-label")).includes(CANARY), "filters name the token");

  await page.clock.fastForward(59_000);
  assert.ok((await readable(page)).includes(CANARY), "still good");
  await page.clock.fastForward(2_000);
  await mask.waitFor();
  assert.ok(!(await readable(page)).includes(CANARY), "gone when the time is over");

  const reveal = async () => {
    await detail.getByRole("button", { name: "Reveal…" }).click();
    await dialog.getByLabel("Reason").fill(REASON);
    await dialog.getByLabel("Reason").press("Tab");
    await dialog.getByRole("button", { name: "Reveal" }).press("Enter");
    await field.getByText(CANARY).waitFor();
  };
  await reveal();
  await detail.getByRole("button", { name: "Hide now" }).click();
  await mask.waitFor();
  await reveal();
  await field.hover();
  await field.getByRole("button", { name: "Filter out" }).click();
  await page.waitForURL(/q=not\+patient_id/);
  assert.ok(!(await keptBy(page)).includes(CANARY), "a filter by a value in clear is one by its token");
  await page.goBack();
  await page.getByText("2 records", { exact: true }).waitFor();
  await mask.waitFor();
  await reveal();
  await visit(page, "Live");
  await page.getByRole("region", { name: "Live tail" }).waitFor();
  await page.goBack();
  await page.getByRole("row").first().waitFor();
  assert.ok(!(await readable(page)).includes(CANARY), "gone with the view");
  assert.ok(!(await keptBy(page)).includes(CANARY), "and kept nowhere");

  await open(page, { q: "stream:palisade.audit action:reveal", from: "now-1d" });
  await page.getByText("4 records", { exact: true }).waitFor();
  await page.getByRole("row").first().getByText(REASON).waitFor();
});
