// An incident: opened, its clocks, what is known of it, told and closed; and what is kept where.
import assert from "node:assert/strict";
import { accessible, overflows, visit, withPage } from "./page.mjs";

const { PALISADE_URL: url } = process.env;

await withPage(async (page, context) => {
  const panel = (name) => page.getByRole("region", { name, exact: true });
  const dialog = page.getByRole("dialog");

  await visit(page, "Incidents");
  await panel("Incidents").getByText(/^None\./).waitFor();
  await page.getByRole("button", { name: "Open one" }).click();
  await dialog.getByLabel("What happened").fill("a nurse went *through* records");
  await dialog.getByLabel("Aware since").fill("tomorrow");
  await dialog.getByRole("button", { name: "Open it" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Aware since").fill("now-20h");
  await dialog.getByLabel("Query").fill("user_id:nu-66");
  await dialog.getByLabel("Stream").fill("ward");
  await accessible(page);
  await dialog.getByRole("button", { name: "Open it" }).click();

  const incident = panel("a nurse went *through* records");
  await incident.getByText("The clocks run").waitFor();
  await incident.getByText("due soon").waitFor();
  await incident.getByText(/^40 records of 1 user/).waitFor();
  await incident.getByText("14 people by", { exact: false }).waitFor();
  await accessible(page);
  const draft = await context.request.get(new URL(await incident.getByRole("link", { name: "Draft of what to tell" }).getAttribute("href"), url).href);
  assert.match(await draft.text(), /a nurse went/);

  await incident.getByRole("button", { name: "Write a note" }).click();
  await dialog.getByLabel("Note").fill("the nurse was asked");
  await dialog.getByRole("button", { name: "Write it down" }).click();
  await panel("What was written down").getByText("the nurse was asked by admin").waitFor();
  await incident.getByRole("button", { name: "It was told: Early warning" }).click();
  await dialog.getByLabel("Reference", { exact: false }).fill("AZ 26-17, by e-mail");
  await dialog.getByRole("button", { name: "Write it down" }).click();
  await incident.getByText("told in time").waitFor();
  await incident.getByRole("button", { name: "It was told: Notification" }).click();
  await dialog.getByLabel("Told at").fill("");
  await dialog.getByLabel("Reference", { exact: false }).fill("nobody is at risk");
  await dialog.getByRole("button", { name: "Write it down" }).click();
  await incident.getByText("need not be told", { exact: true }).waitFor();
  await incident.getByText("Everything was told, or need not be").waitFor();
  await incident.getByRole("button", { name: "Close" }).click();
  await dialog.getByLabel("How it ended").fill("she was told");
  await dialog.getByRole("button", { name: "Close it" }).click();
  await incident.getByText("It is closed").waitFor();
  assert.equal(await incident.getByRole("button", { name: "Write a note" }).count(), 0);
  await page.getByRole("button", { name: "All incidents" }).click();
  await panel("Incidents").getByRole("row", { name: /told in time need not be told/ }).waitFor();
  await accessible(page);

  await visit(page, "Streams");
  const ward = panel("What is kept, and how long").getByRole("row", { name: /^ward/ });
  await ward.getByText("patient_id, email anywhere").waitFor();
  await panel("Where").getByText("not configured: there is no second copy").waitFor();
  await accessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await overflows(page), false);
  await ward.getByRole("button", { name: "ward" }).click();
  assert.match(page.url(), /stream=ward/);
});
