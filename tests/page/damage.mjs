// Evidence that was changed: the page says so first, and then where.
import { open, withPage } from "./page.mjs";

await withPage(async (page) => {
  await open(page, { view: "evidence" });
  const integrity = page.getByRole("region", { name: "Integrity", exact: true });
  await integrity.getByRole("button", { name: "Verify now" }).click();
  await integrity.getByText(/^\W*\d+ findings?: something is not what was signed/).waitFor();
  const row = integrity.getByRole("row", { name: /^changed splits\/\S+\.data/ }).first();
  await row.waitFor();
});
