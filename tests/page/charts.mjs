// Answers with numbers, drawn: lines over time, bars, heat maps, one number; and the records that they are about above.
import assert from "node:assert/strict";
import { accessible, open, withPage } from "./page.mjs";

await withPage(async (page) => {
  const result = page.getByRole("region", { name: "Records" });
  const drawn = page.getByRole("group", { name: "Drawn as" });
  const picture = (name) => result.getByRole("img", { name });
  const ask = (query) => open(page, { q: query, stream: "audit", from: "now-1h" });
  // A canvas on which nothing was drawn has one colour.
  const isDrawn = async (name) => {
    const canvas = picture(name).locator("canvas").first();
    await canvas.waitFor();
    return canvas.evaluate((element) => {
      const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
      return new Set(new Uint32Array(data.buffer)).size > 1;
    });
  };

  await ask("action:read | timechart span=1m count()");
  await picture(/^Lines of 1 series with \d+ places; the table says the same$/).waitFor();
  assert.equal(await isDrawn(/^Lines/), true);
  await page.getByRole("img", { name: /^3 records between/ }).waitFor();
  await accessible(page);
  await drawn.getByRole("button", { name: "Bars" }).click();
  assert.match(page.url(), /tab=bars/);
  assert.equal(await isDrawn(/^Bars/), true);
  await drawn.getByRole("button", { name: "Table" }).click();
  await picture(/^Bars/).waitFor({ state: "detached" });

  await ask("action:read | stats count() as n by patient_id");
  await result.getByText("2 rows", { exact: true }).waitFor();
  assert.equal(await isDrawn(/^Bars of 1 series with 2 places/), true);

  await ask("action:read | stats count() by action, patient_id");
  assert.equal(await isDrawn(/^Heat map of 2 series with 1 place;/), true);
  await accessible(page);

  await ask("action:read | stats count() as reads, distinct(patient_id) as people");
  const reads = result.locator("dl");
  await reads.getByText("reads").waitFor();
  assert.deepEqual(await reads.getByRole("definition").allTextContents(), ["3", "2"]);

  await ask("action:read | fields action");
  await result.getByText("3 rows", { exact: true }).waitFor();
  assert.equal(await drawn.count(), 0, "texts are a table and nothing else");
});
