// The pages beside a payment: dashboard, a shop's page with the script, and malicious pages.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test, variable } = require("./suite.js");
const { api, inShop, sandbox } = require("./shop.js");

test("overview: charges, events and calls show up by themselves, and what is open stays open", (browser) =>
  inShop(async (shop) => {
    const page = await browser.window("desk");
    await page.goto(`${sandbox}/`);
    await page.waitForSelector("text=Live");
    assert.match(await page.textContent("main"), new RegExp(variable("SECRET_KEY")));
    const charge = await shop.charge({ webhooks: true });
    const row = page.locator(`#${charge.id}`);
    await row.waitFor();
    await row.locator("summary").first().click();
    await row.locator("text=charge.create").waitFor();
    const call = row.locator("details", { has: page.locator("summary", { hasText: /POST \/charges\s/ }) });
    await call.locator("summary").click();
    await api("POST", `/charges/${charge.id}/mark_as_paid`);
    await row.locator("text=charge.complete").waitFor();
    await row.locator("text=responded 200").nth(1).waitFor();
    assert.match(await call.locator("pre").first().textContent(), /return_uri/);
    assert.ok(await call.locator("pre").first().isVisible(), "what was open is open");

    const before = shop.webhooks.length;
    const shown = page.waitForEvent("load");
    await row.locator("button", { hasText: "Resend" }).first().click();
    await shown;
    await row.locator("summary").first().click();
    await row.locator("text=responded 200").nth(2).waitFor();
    assert.equal(shop.webhooks.length, before + 1);
  }));

// The guide's example, unchanged, on a page of a shop.
const EXAMPLE = fs.readFileSync(path.join(__dirname, "../data/guide_example.js"), "utf8");
const GUIDE = `<!doctype html><title>Shop</title>
<script src="${sandbox}/omise.js"></script>
<script>
var omise_public_key = "${variable("PUBLIC_KEY")}";
${EXAMPLE}</script>`;

test("omise.js: the guide's example makes a source in a shop's page", (browser) =>
  inShop(
    async (shop) => {
      const page = await browser.window("desk");
      const logged = page.waitForEvent("console");
      await page.goto(`${shop.url}/pay`);
      const source = await (await logged).args()[0].jsonValue();
      assert.deepEqual([source.object, source.type, source.amount], ["source", "kakaopay", 150000]);
      const charge = await api("POST", "/charges", {
        amount: 150000,
        currency: "SGD",
        return_uri: `${shop.url}/back`,
        source: source.id,
      });
      await page.goto(charge.authorize_uri);
      await page.click("aside button.approve");
      await page.waitForURL(`${shop.url}/back`);
      assert.equal((await api("GET", `/charges/${charge.id}`)).status, "successful");
    },
    { "/pay": GUIDE },
  ));

test("another name: a page that is reached from elsewhere pays, and shows no keys", (browser) =>
  inShop(async (shop) => {
    const elsewhere = (address) => address.replace("127.0.0.1", "sandbox.test");
    const charge = await shop.charge();
    const page = await browser.window("phone", { quiet: true });
    await page.goto(elsewhere(charge.authorize_uri).replace("authorize", "summary"));
    await page.click("main button.approve");
    await page.waitForURL(/\/slip/);
    assert.equal((await api("GET", `/charges/${charge.id}`)).status, "successful");
    await page.goto(elsewhere(`${sandbox}/`));
    assert.ok(!(await page.content()).includes(variable("SECRET_KEY")));
  }));

test("f36: a form of another page changes nothing", (browser) =>
  inShop(async (shop) => {
    const charge = await shop.charge();
    const page = await browser.window("desk", { quiet: true });
    await page.goto(`${shop.url}/back`);
    for (const step of ["authorize", "summary"]) {
      const address = charge.authorize_uri.replace("authorize", step);
      await page.goto(`${shop.url}/back`);
      await page.evaluate((action) => {
        const form = document.createElement("form");
        form.method = "post";
        form.action = action;
        form.innerHTML = '<button name="outcome" value="successful">Win</button>';
        document.body.append(form);
        form.querySelector("button").click();
      }, address);
      await page.waitForURL(address);
      assert.match(await page.textContent("h1"), /another site/);
    }
    assert.equal((await api("GET", `/charges/${charge.id}`)).status, "pending");
    // Pages cannot be framed.
    await page.goto(`${shop.url}/back`);
    await page.evaluate(async (address) => {
      const frame = document.createElement("iframe");
      frame.src = address;
      document.body.append(frame);
      await new Promise((resolve) => {
        frame.onload = resolve;
      });
    }, charge.authorize_uri);
    assert.ok(page.frames().every((frame) => !frame.url().startsWith(sandbox)), "nothing of it was loaded");
  }));

test("f38: what a merchant writes is text, and nothing of it runs", (browser) =>
  inShop(async (shop) => {
    const page = await browser.window("desk");
    for (const description of [
      "<script>document.title = 'xss'</script>",
      "<img src=x onerror=\"document.title = 'xss'\">",
      "\"><svg onload=\"document.title = 'xss'\">",
      "</title><script>document.title = 'xss'</script>",
      "{{ 7 * 7 }} ${7 * 7}",
    ]) {
      const charge = await shop.charge({ description });
      for (const step of ["authorize", "summary", "slip"]) {
        await page.goto(charge.authorize_uri.replace("authorize", step));
        assert.ok((await page.textContent("main")).includes(description), `${step} shows ${description}`);
        assert.notEqual(await page.title(), "xss");
      }
      await page.goto(`${sandbox}/`);
      assert.ok((await page.textContent("main")).includes(description), `the overview shows ${description}`);
      assert.notEqual(await page.title(), "xss");
    }
  }));
