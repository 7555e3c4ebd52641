// Who opened whose data, without a query: asked, ranked, reviewed and signed.
import assert from "node:assert/strict";
import { accessible, keptBy, visit, withPage } from "./page.mjs";

const { PALISADE_URL: url, PALISADE_TOKEN: token, PALISADE_PATIENT: patient, PALISADE_INSIDER: insider } = process.env;

const ask = async (question) => {
  const answer = await fetch(`${url}/api/v1/access`, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body: JSON.stringify(question) });
  return answer.json();
};

await withPage(async (page) => {
  const panel = (name) => page.getByRole("region", { name, exact: true });
  const known = await ask({ person: patient });

  await visit(page, "Access");
  const asking = panel("Who opened this person's data?");
  await accessible(page);
  await asking.getByLabel("Patient or client").fill(patient);
  await asking.getByLabel("Over").selectOption("all time");
  await asking.getByRole("button", { name: "Ask" }).click();
  await asking.getByText(`${known.count} accesses, ${known.unexplained} of them explained by nothing`).waitFor();
  const rows = asking.getByRole("row");
  assert.equal(await rows.count(), known.count + 1);
  await asking.getByText(/^appointment, 2026-10-\d\d .*\(A-\d+\)$/).first().waitFor();
  await accessible(page);
  await asking.getByLabel("only those that nothing explains").check();
  assert.equal(await rows.count(), known.unexplained + 1);
  // The field has it while somebody looks; nothing else may.
  assert.equal((await keptBy(page)).includes(patient), false, "the name of a patient stays out of what the browser keeps");

  await asking.getByRole("radio", { name: "a user who opened data" }).check();
  const byUser = panel("Whose data did this user open?");
  await byUser.getByRole("textbox", { name: "User" }).fill(insider);
  await byUser.getByRole("button", { name: "Ask" }).click();
  const opened = await ask({ user: insider });
  await byUser.getByText(`${opened.count} accesses, ${opened.count} of them explained by nothing`).waitFor();
  assert.equal(await byUser.getByText("after hours", { exact: true }).count(), opened.accesses.filter((access) => access.after_hours).length);
  await byUser.getByRole("textbox", { name: "User" }).fill("nobody");
  await byUser.getByRole("button", { name: "Ask" }).click();
  await byUser.getByText("Nobody opened anything in this time").waitFor();

  await page.getByRole("button", { name: "What nothing explains" }).click();
  const unexplained = panel("What nothing explains");
  await unexplained.getByLabel("Over").selectOption("the last day");
  await unexplained.getByText("12 of 12 accesses are explained by nothing (100 %), of 1 users").waitFor();
  await unexplained.getByRole("row", { name: new RegExp(`^${insider}, other`) }).first().waitFor();
  await accessible(page);
  await unexplained.getByRole("button", { name: "Open a review of it" }).click();

  const items = panel("What to ask about");
  await items.getByRole("row").nth(1).waitFor();
  const sign = page.getByRole("button", { name: "Sign" });
  assert.equal(await sign.isDisabled(), true, "every line needs a finding first");
  await accessible(page);
  const count = (await items.getByRole("row").count()) - 1;
  for (let line = 1; line <= count; line += 1) {
    await items.getByRole("button", { name: `Say what was found of ${insider}, line ${line}` }).click();
    const finding = page.getByRole("dialog");
    await finding.getByLabel("It was").selectOption({ label: "violation: there was none" });
    await finding.getByLabel("Why").fill(`asked on Monday, line ${line}`);
    if (line === 1) await accessible(page);
    await finding.getByRole("button", { name: "Write it down" }).click();
    await items.getByText(`asked on Monday, line ${line}`).waitFor();
  }
  await page.getByText("Every line has a finding: it can be signed").waitFor();
  await sign.click();
  await page.getByRole("dialog").getByLabel("Statement").fill("I looked at each of these.");
  await page.getByRole("dialog").getByRole("button", { name: "Sign" }).click();
  await page.getByText("It is signed, and nothing in it changes any more").waitFor();
  assert.equal(await items.getByRole("button").count(), 0);
  await page.getByRole("button", { name: "All reviews" }).click();
  await panel("Reviews").getByRole("row", { name: new RegExp(`signed ${count} of ${count} .*by admin`) }).waitFor();
  await accessible(page);
});
