// Runs named tests one after the other, each in its own windows, and reports the results.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

/** Reads a setting of this run. */
function variable(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

// The packages are installed outside the sources.
const load = createRequire(path.join(variable("BROWSER_FOLDER"), "package.json"));
const { chromium } = load("playwright-core");
const axe = fs.readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

const screenshots = variable("SCREENSHOTS");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** A desktop window and a phone window. */
const DEVICES = {
  desk: { viewport: { width: 1280, height: 900 } },
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    userAgent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
  },
};

const tests = [];

/** A test. `browser.window(device, options)` opens a window that is closed after the test. */
function test(name, body) {
  tests.push({ name, body });
}

const endings = [];

/** Runs a function after the test's windows are closed; until then, its pages may send requests. */
function afterwards(ending) {
  endings.push(ending);
}

class Windows {
  constructor(browser) {
    this.browser = browser;
    this.contexts = [];
    this.troubles = [];
  }

  /** Every error that a page reports fails the test, unless the test accepts it. */
  async window(device, options = {}) {
    const { quiet = false, ...rest } = options;
    const context = await this.browser.newContext({ locale: "en", ...DEVICES[device], ...rest });
    context.setDefaultTimeout(30000);
    this.contexts.push(context);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.troubles.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => this.troubles.push(`dialog: ${dialog.message()}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !quiet) {
        this.troubles.push(`console: ${message.text()}`);
      }
    });
    return page;
  }

  async close() {
    await Promise.all(this.contexts.map((context) => context.close()));
    assert.deepEqual(this.troubles, [], "the pages complain");
  }
}

/** Returns axe's findings for a page, by WCAG 2.2 AA. */
async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), WCAG);
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`,
  );
}

/** Saves a screenshot of a whole page. */
async function picture(page, name) {
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}

async function run() {
  fs.rmSync(screenshots, { recursive: true, force: true });
  fs.mkdirSync(screenshots, { recursive: true });
  const browser = await chromium.launch({
    executablePath: variable("CHROMIUM"),
    args: [
      // A name of the sandbox other than loopback, as phones and containers use.
      "--host-resolver-rules=MAP sandbox.test 127.0.0.1",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  let failed = 0;
  for (const { name, body } of tests) {
    const windows = new Windows(browser);
    const begun = Date.now();
    let verdict = "good";
    try {
      await body(windows);
      await windows.close();
    } catch (error) {
      failed += 1;
      verdict = `FAILED: ${error.stack}`;
      await Promise.all(windows.contexts.map((context) => context.close()));
    }
    endings.splice(0).forEach((ending) => ending());
    console.log(`  ${name}: ${verdict} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  }
  const version = browser.version();
  await browser.close();
  const pictures = fs.readdirSync(screenshots).length;
  console.log(`Chromium ${version}: ${tests.length - failed} of ${tests.length} good, ${pictures} pictures in ${screenshots}`);
  return failed === 0;
}

module.exports = { afterwards, load, picture, run, test, variable, violations };
