// The guide's example for a page with the sandbox's script, as a browser runs it: first the loaded script, then
// the page's own code.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { Report, variable } = require("./report.js");

const url = variable("SANDBOX_URL");
const report = new Report("omise.js", "served", "a page: fetch, the key without a colon");

// The guide's example, unchanged.
const EXAMPLE = fs.readFileSync(path.join(__dirname, "../../data/guide_example.js"), "utf8");

/** A page that has loaded the script, with the output of its code. */
async function page(origin, key, script) {
  let log;
  const logged = new Promise((resolve) => (log = resolve));
  const window = {
    omise_public_key: key,
    console: { log },
    document: { currentScript: { src: `${origin}/omise.js` } },
    // A page's requests have its origin and need a preflight; other tests cover that.
    fetch: (address, options) =>
      fetch(address, { ...options, headers: { ...options.headers, Origin: "https://shop.example" } }),
    btoa,
    URL,
  };
  vm.createContext(window);
  vm.runInContext(script, window);
  // `document.currentScript` is set only while the script runs.
  window.document.currentScript = null;
  return { window, logged };
}

async function main() {
  const served = await report.call(fetch(`${url}/omise.js`));
  const script = await served.text();

  const shop = await page(url, variable("PUBLIC_KEY"), script);
  vm.runInContext(EXAMPLE, shop.window);
  const source = await report.call(shop.logged);
  assert.equal(source.object, "source");
  assert.deepEqual([source.type, source.amount, source.currency], ["kakaopay", 150000, "SGD"]);

  const called = (page, code) =>
    report.call(new Promise((resolve) => code(page.window.Omise, (...result) => resolve(result))));
  const [status, refused] = await called(shop, (omise, callback) =>
    omise.createSource("kakaopay", { amount: 1, currency: "SGD" }, callback),
  );
  assert.deepEqual([status, refused.code], [400, "bad_request"]);
  const [noToken, why] = await called(shop, (omise, callback) => omise.createToken("card", {}, callback));
  assert.deepEqual([noToken, why.code], [400, "feature_not_supported"]);

  const stranger = await page(url, "pkey_test_none", script);
  vm.runInContext(EXAMPLE, stranger.window);
  assert.equal((await report.call(stranger.logged)).code, "authentication_failure");

  // No server listens on port 9.
  const nowhere = await page("http://127.0.0.1:9", "pkey_test_none", script);
  const [none, error] = await called(nowhere, (omise, callback) => omise.createSource("kakaopay", {}, callback));
  assert.deepEqual([none, error.code], [0, "create_source_error"]);
  report.print();
}

main();
