// What somebody asked for waits for a second person, who sees it as it was asked for.
import { accessible, visit, withPage } from "./page.mjs";

await withPage(async (page) => {
  await visit(page, "Approvals");
  const waits = page.getByRole("region", { name: "What waits for a second person" });
  const row = waits.getByRole("row", { name: /by pia/ });
  await row.getByText("asked for by the patient", { exact: false }).waitFor();
  await accessible(page);
  await row.getByRole("button", { name: "Approve" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note").fill("I have seen the letter");
  await accessible(page);
  await dialog.getByRole("button", { name: /^Approve/ }).click();
  await waits.getByText("Nothing that you asked for or may decide.", { exact: false }).waitFor();
});
