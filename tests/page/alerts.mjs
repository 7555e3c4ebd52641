// From an alert to what was found, to quiet, to its rule, and a rule that somebody writes.
import assert from "node:assert/strict";
import { accessible, open, overflows, visit, withPage } from "./page.mjs";

await withPage(async (page) => {
  const panel = (name) => page.getByRole("region", { name, exact: true });

  await visit(page, "Alerts");
  assert.match(page.url(), /view=alerts/);
  const row = panel("Open alerts").getByRole("row", { name: /More than 10 failed sign-ins from one address/ });
  await row.getByText("12 events in 5 minutes for 192.0.2.7").waitFor();
  await row.getByText("nobody").waitFor();
  await accessible(page);

  await row.getByRole("link").click();
  const alert = panel("More than 10 failed sign-ins from one address");
  await alert.getByText("Somebody guesses passwords.").waitFor();
  await alert.getByText("more than 10 events in 5 minutes; it was 12").waitFor();
  await alert.getByText("A telephone with an old password").waitFor();
  assert.equal(await alert.getByRole("link", { name: "Runbook" }).getAttribute("href"), "https://wiki.example/sign-ins");
  await panel("What the rule looked at").getByRole("img", { name: /^12 records between/ }).waitFor();
  const story = panel("What became of it").getByRole("listitem");
  await story.filter({ hasText: "The beginning was told through oncall" }).waitFor();
  await accessible(page);

  await alert.getByRole("button", { name: "I have seen it" }).click();
  const seen = page.getByRole("dialog", { name: "I have seen it" });
  await seen.getByLabel("Note").fill("a telephone in the office");
  await seen.getByRole("button", { name: "Write it down" }).click();
  await story.filter({ hasText: "has seen it: a telephone in the office" }).waitFor();
  assert.equal(await alert.getByRole("button", { name: "I have seen it" }).count(), 0);

  await alert.getByRole("button", { name: "Silence" }).click();
  const silence = page.getByRole("dialog", { name: "Be silent about alerts like this" });
  assert.equal(await silence.getByLabel("Which alerts").inputValue(), "rule=many-failed-sign-ins and group.source_ip=192.0.2.7");
  await silence.getByLabel("For").selectOption("a day");
  await silence.getByLabel("Reason").fill("it is replaced on Monday");
  await accessible(page);
  await silence.getByRole("button", { name: "Be silent" }).click();
  await silence.waitFor({ state: "hidden" });

  await page.getByRole("button", { name: "All alerts" }).click();
  await page.getByRole("button", { name: "Silences" }).click();
  const silences = panel("Silences");
  await silences.getByText("it is replaced on Monday, by admin").waitFor();
  await accessible(page);
  await silences.getByRole("button", { name: "End it now" }).click();
  await silences.getByText("not in force").waitFor();

  // A sample opens where it stands among the others.
  await page.goBack();
  await page.goBack();
  await panel("Some of the records").getByRole("button").first().click();
  assert.match(page.url(), /stream=auth/);
  await page.getByRole("treegrid").getByRole("row").first().waitFor();
  await page.goBack();
  await alert.getByRole("button", { name: "Search" }).click();
  await page.getByText("12 records", { exact: true }).waitFor();

  await page.goBack();
  await alert.getByRole("button", { name: "Rule" }).click();
  const text = panel("Text");
  await text.getByText("This text comes with a file or a pack, and is changed there.").waitFor();
  await text.getByRole("button", { name: "What would it have told of?" }).click();
  await text.getByText(/^It would have told of 1 episode/).waitFor();
  await text.getByRole("row", { name: /source_ip 192\.0\.2\.7 12/ }).waitFor();
  await accessible(page);

  await page.getByRole("button", { name: "All rules" }).click();
  const rules = panel("Rules in force");
  await rules.getByRole("row", { name: /More than 10 failed sign-ins.* 1$/ }).waitFor();
  await rules.getByLabel("Rules with these words").fill("nothing like it");
  await rules.getByText("No rule has these words.").waitFor();
  await rules.getByLabel("Rules with these words").fill("10 failed");
  await rules.getByRole("row", { name: /More than 10 failed/ }).waitFor();
  await accessible(page);

  // A mistake is told with its line before it can be put in force.
  await page.getByRole("button", { name: "Write a rule" }).click();
  const field = text.getByLabel("Text of the rule, in YAML");
  await text.getByText("The text is understood.").waitFor();
  const written = await field.inputValue();
  await field.fill(written.replace("condition: failed", "condition: succeeded"));
  await text.getByRole("alert").getByText(/^Line \d+: .*succeeded/).waitFor();
  assert.equal(await text.getByRole("button", { name: "Put it in force" }).isDisabled(), true);
  await field.fill(written.replace("{gt: 10}", "{gt: 11}").replace("More than 10", "More than 11"));
  await text.getByText("The text is understood.").waitFor();
  await text.getByRole("button", { name: "What would it have told of?" }).click();
  await text.getByText(/^It would have told of 1 episode/).waitFor();
  await text.getByRole("button", { name: "Put it in force" }).click();
  const own = panel("More than 11 failed sign-ins from one address");
  await own.getByText("more than 11 events in 5 minutes").waitFor();
  await own.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove the rule" }).click();
  await rules.getByRole("row", { name: /More than 10 failed/ }).waitFor();
  assert.equal(await rules.getByRole("row", { name: /More than 11 failed/ }).count(), 0);

  await visit(page, "Channels");
  await panel("Where alerts are told").getByText("Every channel works").waitFor();
  await panel("Where alerts are told").getByRole("row", { name: /^oncall pagerduty it works/ }).waitFor();
  await panel("What could not be told").getByText(/^Nothing\./).waitFor();
  await accessible(page);

  await page.setViewportSize({ width: 390, height: 844 });
  for (const view of ["alerts", "rules", "channels"]) {
    await open(page, { view });
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await overflows(page), false, `a telephone shows ${view}, too`);
  }
});
