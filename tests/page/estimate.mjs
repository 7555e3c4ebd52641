// A search that is dear waits for a person, and tells how far it has come. The estimate and the progress are played: reads
// from far away that take seconds are no matter of a test.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { open, withPage } from "./page.mjs";

const DEAR = {
  splits: { hot: 1, warm: 0, cold: 7, archived: 2 }, splits_left_out: 4, far: [], requests: 1210, bytes: 2_500_000_000, seconds: 42.3, dollars: 0.0312,
};

await withPage(async (page) => {
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.replace("/api/v1/", "")));
  const estimates = (answer) => page.route("**/api/v1/estimate", (route) => route.fulfill({ json: answer }));

  await estimates({ ...DEAR, splits: { ...DEAR.splits, archived: 0 }, requests: 3, bytes: 4096, seconds: 0.1, dollars: 0.0001 });
  await open(page, { q: "stream:audit", from: "now-1d" });
  await page.getByText("3 records", { exact: true }).waitFor();
  const bar = page.getByRole("status", { name: "Estimate" });
  assert.equal(await bar.count(), 0, "little is read without a question");

  await page.unroute("**/api/v1/estimate");
  await estimates(DEAR);
  asked.length = 0;
  await page.getByRole("combobox", { name: "Query" }).fill("action:read");
  await page.keyboard.press("Enter");
  await bar.getByText("at most 1\u202f210 requests, 2.5 GB, about 42 s, $0.04").waitFor();
  await bar.getByText("2 splits are archived and must be restored").waitFor();
  await page.getByText("The search was not run yet").waitFor();
  assert.ok(!asked.some((path) => ["search", "histogram", "fields"].includes(path)), `nothing was read: ${asked.join()}`);

  // The records from before are shown until the new ones come: they say nothing about what was asked.
  const searched = page.waitForRequest("**/api/v1/search");
  await bar.getByRole("button", { name: "Run it" }).click();
  await searched;
  await page.getByText("3 records", { exact: true }).waitFor();
  assert.ok(asked.includes("search") && !asked.includes("histogram") && !asked.includes("fields"), `only the list was read: ${asked.join()}`);
  await page.getByRole("button", { name: "Load them" }).click();
  await page.getByRole("region", { name: "Records" }).getByText("3 records", { exact: true }).waitFor();
  await page.getByRole("img", { name: /records/i }).first().waitFor();

  // How far it has come stands there until it is over; whoever does not want to wait cancels, and the server is told.
  await page.unroute("**/api/v1/estimate");
  const progress = { progress: { splits_done: 3, splits: 9, bytes: 2_000_000, far_requests: 2, far_bytes: 2048 } };
  await withSlowSearch(page, async (next) => {
    const [first] = await Promise.all([next(), open(page, { q: "action:read", from: "now-2d" })]);
    first.write(`${JSON.stringify(progress)}\n`);
    await page.getByText("3 of 9 splits, 2.0 MB looked at, 2.0 kB in 2 requests from far away").first().waitFor();
    const closed = once(first, "close");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("The search was cancelled").waitFor();
    await closed;

    const [second] = await Promise.all([next(), open(page, { q: "action:read", from: "now-3d" })]);
    second.write(`${JSON.stringify(progress)}\n`);
    await page.getByText("3 of 9 splits").first().waitFor();
    second.end(`${JSON.stringify({ error: { kind: "timeout", message: "the search took too long", hint: "ask for less" } })}\n`);
    await page.getByRole("alert").getByText("the search took too long").waitFor();
  });
});

/** Leads searches to a server of this script, which answers piece by piece. */
async function withSlowSearch(page, look) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/api/v1/search`;
  await page.route("**/api/v1/search", (route) => route.continue({ url }));
  const next = async () => {
    const [, response] = await once(server, "request");
    return response.writeHead(200, { "content-type": "application/x-ndjson" });
  };
  await look(next);
  await page.unroute("**/api/v1/search");
  server.closeAllConnections();
  server.close();
}
