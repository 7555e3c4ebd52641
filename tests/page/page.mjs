// What the scripts beside this file share: a browser that is signed in to a running server, and how to look at its page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { PALISADE_URL: url, PALISADE_TOKEN: token, PALISADE_WEB: web, PALISADE_BROWSER: browserPath = "/usr/bin/chromium" } = process.env;
// The driver and the judge of accessibility are dependencies of the page, not of this folder.
const fromPage = createRequire(`${web}/package.json`);
const { chromium } = fromPage("playwright-core");
const judge = readFileSync(fromPage.resolve("axe-core/axe.min.js"), "utf8");

// How long anything may take before the test fails: it says that something hangs, not that it is slow.
const DEADLINE_MS = 60_000;

/** Runs `look` with a page on which `signIn` has signed in; fails when the page itself reports an error. */
export async function withPage(look, options = {}, signIn = withToken) {
  // Chromium refuses to isolate itself when root starts it, as in containers.
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    context.setDefaultTimeout(DEADLINE_MS);
    const page = await context.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    // A policy that was broken is told on the console alone.
    page.on("console", (message) => message.text().includes("Content Security Policy") && problems.push(message.text()));
    await page.goto(url);
    await signIn(page);
    await page.getByRole("navigation", { name: "Views" }).waitFor();
    await look(page, context).catch(async (error) => {
      // What a person would see: it tells more than the step that failed.
      console.error(`${page.url()}\n${await page.evaluate(() => (document.querySelector("dialog[open]") ?? document.body).innerText.slice(0, 4_000))}\n`);
      throw error;
    });
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
}

/** As whoever has the token of the data folder. */
async function withToken(page) {
  await page.getByRole("button", { name: "Use a token" }).click();
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens the page at an address with these parts. */
export const open = (page, parts) => page.goto(`${url}/?${new URLSearchParams(parts)}`);

/** Goes to a view by its name at the left. */
export const visit = (page, name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name, exact: true }).click();

// What WCAG 2.2 asks for at levels A and AA, as far as a program can tell.
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

/** Fails when the page as it is now cannot be used by somebody, in either theme. */
export async function accessible(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(judge);
    const violations = await page.evaluate(async (rules) => {
      const { violations: found } = await self.axe.run(document, rules);
      return found.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join("; ")}`);
    }, RULES);
    assert.deepEqual(violations, [], `in ${colorScheme} colours at ${page.url()}`);
  }
}

/** Everything that the browser keeps: addresses, storages, caches, cookies that scripts see. */
export const keptBy = (page) =>
  page.evaluate(async () => {
    const caches = [];
    for (const name of (await self.caches?.keys()) ?? []) {
      for (const request of await (await self.caches.open(name)).keys()) caches.push(request.url);
    }
    return JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }, caches, document.cookie]);
  });

/** What a person could read: the text, titles and labels. */
export const readable = (page) =>
  page.evaluate(() => {
    const told = [...document.querySelectorAll("*")].flatMap((element) => ["title", "aria-label", "value"].map((name) => element.getAttribute(name) ?? ""));
    const typed = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
    return [document.body.innerText, ...told, ...typed].join("\n");
  });

/** Buttons, links and fields without a name, which nobody hears. */
export const nameless = (page) =>
  page.evaluate(() => {
    const isNameless = (element) => {
      const labels = element.labels === undefined || element.labels === null ? [] : [...element.labels];
      const named = element.getAttribute("aria-label") ?? element.getAttribute("aria-labelledby") ?? labels.map((label) => label.textContent).join("");
      return `${named}${element.textContent}`.trim() === "";
    };
    return [...document.querySelectorAll("button, a, input, select, textarea, dialog")].filter(isNameless).map((element) => element.outerHTML.slice(0, 160));
  });

/** Whether the page is wider than its window. */
export const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
