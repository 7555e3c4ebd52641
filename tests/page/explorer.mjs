// The explorer: kinds of messages, what was found as a file, and the way through it with keys.
import assert from "node:assert/strict";
import { accessible, open, withPage } from "./page.mjs";

const { PALISADE_URL: url } = process.env;

await withPage(async (page, context) => {
  const result = page.getByRole("region", { name: "Records" });
  const count = (text) => result.getByText(text, { exact: true }).waitFor();
  const query = page.getByRole("combobox", { name: "Query" });
  const rows = page.getByRole("treegrid", { name: /^Records/ }).getByRole("row");

  await open(page, { stream: "app", from: "now-1h" });
  await count("60 records");
  await accessible(page);

  // The chart by another field, and back.
  await page.getByRole("complementary", { name: "Fields" }).getByRole("button", { name: /^a service/ }).click();
  await page.getByRole("button", { name: "Split the chart by service" }).click();
  assert.match(page.url(), /by=service/);
  const legend = page.getByText("ledger", { exact: true }).and(page.locator(".legend-part"));
  await legend.waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "Split by severity again, not by service" }).click();
  await legend.waitFor({ state: "detached" });

  // What repeats, alone and left out.
  await result.getByRole("button", { name: "Patterns" }).click();
  assert.match(page.url(), /tab=patterns/);
  const patterns = result.getByRole("region", { name: "Patterns" });
  await patterns.getByText("2 kinds of messages in 60 records.").waitFor();
  await patterns.getByRole("row", { name: /^40 66\.7 % .*booked <number>/ }).waitFor();
  await accessible(page);
  await patterns.getByRole("button", { name: /^Only POST/ }).click();
  await count("20 records");
  assert.match(await query.inputValue(), /^message:\/\^POST /);
  await page.goBack();
  await patterns.getByRole("button", { name: /^Without POST/ }).click();
  await count("40 records");
  await page.goBack();
  await result.getByRole("button", { name: "Lines" }).click();
  await count("60 records");

  // As a file, and for a shell.
  await result.getByRole("button", { name: /^Take away/ }).click();
  const ways = page.getByRole("dialog", { name: /^Take away/ });
  await ways.getByText("palisade search '*' --from now-1h --to now --stream app").waitFor();
  await accessible(page);
  const csv = await context.request.get(new URL(await ways.getByRole("link", { name: "CSV" }).getAttribute("href"), url).href);
  assert.equal((await csv.text()).trim().split("\n").length, 61);
  const raw = await context.request.get(new URL(await ways.getByRole("link", { name: "exact bytes" }).getAttribute("href"), url).href);
  assert.match(await raw.text(), /"message":"booked 0\.50 EUR"/);
  await page.keyboard.press("Escape");
  await ways.waitFor({ state: "hidden" });

  // With keys alone: choose, filter for and out, look around, follow, move in time, help.
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("j");
  const first = rows.and(page.locator("[aria-selected=true]"));
  await first.waitFor();
  const service = await first.locator(".cell-service").textContent();
  await page.keyboard.press("f");
  await count(service === "web" ? "20 records" : "40 records");
  assert.equal(await query.inputValue(), `service:${service}`);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await count(service === "web" ? "40 records" : "20 records");
  assert.equal(await query.inputValue(), `not service:${service}`);
  await page.goBack();
  await page.goBack();
  await count("60 records");
  await page.keyboard.press("j");
  await page.keyboard.press("c");
  await page.getByRole("tab", { name: "neighbours", selected: true }).waitFor();
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "neighbours" }).waitFor({ state: "detached" });
  await page.keyboard.press("t");
  await page.getByRole("region", { name: "Correlation" }).waitFor();
  assert.match(page.url(), /follow=c-/);
  await accessible(page);
  await page.goBack();
  await count("60 records");
  await page.keyboard.press("[");
  assert.match(page.url(), /from=\d{4}-/);
  await count("0 records");
  await page.keyboard.press("]");
  await count("60 records");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Help" }).getByText("follow its id through all services").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  assert.equal(await query.evaluate((field) => field === document.activeElement), true);
});
