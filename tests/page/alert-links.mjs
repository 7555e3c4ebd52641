// The links of an alert: the search shows the region and the window, the other one a session that waited, through all services.
import assert from "node:assert/strict";
import { withPage } from "./page.mjs";

const { PALISADE_URL: url, PALISADE_TOKEN: token } = process.env;
const answer = await fetch(`${url}/api/v1/alerts`, { headers: { authorization: `Bearer ${token}` } });
const { alerts: [alert] } = await answer.json();
const address = (name) => {
  const { search } = new URL(alert.notice.links.find((link) => link.name === name).address);
  return `${url}/${search}`;
};

await withPage(async (page) => {
  await page.goto(address("Search"));
  await page.getByText("24 records", { exact: true }).waitFor();
  assert.match(page.url(), /ap-south/);
  assert.equal(await page.getByLabel("Stream").inputValue(), "video");

  await page.goto(address("Correlated records"));
  const correlation = page.getByRole("region", { name: "Correlation" });
  await correlation.getByText("3 services").waitFor();
  await correlation.getByText("buffering", { exact: false }).first().waitFor();
});
