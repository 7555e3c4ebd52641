// A report on the page: made, read, and every number one click from its question.
import assert from "node:assert/strict";
import { accessible, visit, withPage } from "./page.mjs";

const { PALISADE_URL: url, PALISADE_PHYSICIANS: physicians } = process.env;

await withPage(async (page, context) => {
  const panel = (name) => page.getByRole("region", { name, exact: true });

  await visit(page, "Reports");
  await panel("Reports that were made").getByText(/^None\./).waitFor();
  await page.getByRole("button", { name: "Make one" }).click();
  const dialog = page.getByRole("dialog", { name: "Make a report" });
  await accessible(page);
  await dialog.getByLabel("Month").fill("2026-10");
  await dialog.getByLabel("Time zone").fill("Mars/Olympus");
  await dialog.getByRole("button", { name: "Make it" }).click();
  await dialog.getByRole("alert").getByText("Mars/Olympus").waitFor();
  await dialog.getByLabel("Time zone").fill("Europe/Berlin");
  await dialog.getByRole("button", { name: "Make it" }).click();

  const head = panel("Evidence report, October 2026");
  await head.getByText("October 2026, hours of Europe/Berlin").waitFor();
  const access = panel("R3 Access to sensitive data");
  await access.getByText("Accesses in `ward` by role").first().waitFor();
  const bar = access.getByRole("listitem").filter({ hasText: "physician" });
  await bar.getByText(physicians, { exact: true }).waitFor();
  // What somebody logged is text, on paper and here.
  await panel("R4 Identity, rights, failed sign-ins").getByText("#panic() *x* $y$", { exact: false }).first().waitFor();
  await accessible(page);

  const pdf = await context.request.get(new URL(await head.getByRole("link", { name: "PDF" }).getAttribute("href"), url).href);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  const csv = access.getByRole("link", { name: "CSV" }).first();
  const table = await context.request.get(new URL(await csv.getAttribute("href"), url).href);
  assert.equal(table.status(), 200);

  const chart = access.getByRole("figure").filter({ hasText: "Accesses in `ward` by role" }).first();
  await chart.getByRole("button", { name: /^Ask Q\d+ again: \* \| stats count\(\) by role/ }).click();
  assert.match(page.url(), /stream=ward/);
  await page.getByRole("row", { name: new RegExp(`physician ${physicians}`) }).waitFor();

  await page.goBack();
  await page.getByRole("button", { name: "All reports" }).click();
  await panel("Reports that were made").getByRole("link", { name: "Evidence report, October 2026" }).waitFor();
  await accessible(page);
});
