// The two flows of a payment, from the buyer's side.
"use strict";

const assert = require("node:assert/strict");
const { load, picture, test } = require("./suite.js");
const { api, control, inShop } = require("./shop.js");

const { PNG } = load("pngjs");
const jsQR = load("jsqr");

/** Decodes the QR code of a page. */
async function scan(page) {
  const png = PNG.sync.read(await page.locator("img.code").screenshot());
  const code = jsQR(new Uint8ClampedArray(png.data), png.width, png.height);
  assert.ok(code, "a code that can be read");
  return code.data;
}

async function status(charge) {
  const { status, failure_code } = await api("GET", `/charges/${charge.id}`);
  return failure_code ? `${status}: ${failure_code}` : status;
}

const step = (charge, name) => charge.authorize_uri.replace("authorize", name);

test("desk: the code is scanned, the phone pays, and the desk notices by itself", (browser) =>
  inShop(async (shop) => {
    const charge = await shop.charge({ description: "Two books" });
    const desk = await browser.window("desk");
    await desk.goto(charge.authorize_uri);
    assert.match(await desk.textContent(".watch"), /updates by itself/);
    const phone = await browser.window("phone");
    await phone.goto(await scan(desk));
    assert.match(await phone.textContent("main"), /SGD 1500\.00[^]*Two books/);
    await phone.click("main button.approve");
    await phone.waitForURL(/\/slip/);
    assert.match(await phone.textContent("h1"), /^Paid$/);
    await desk.waitForSelector("main.slip");
    assert.match(await desk.textContent("h1"), /^Paid$/);
    assert.equal(await status(charge), "successful");
    for (const page of [desk, phone]) {
      await page.click("main a.approve");
      assert.equal(page.url(), `${shop.url}/back`);
    }
  }));

test("phone: the wallet, the summary, declined, the slip, and back", (browser) =>
  inShop(async (shop) => {
    for (const [device, source] of [
      ["phone", {}],
      ["desk", { platform_type: "IOS" }],
    ]) {
      const charge = await shop.charge({ source });
      const page = await browser.window(device);
      await page.goto(charge.authorize_uri);
      assert.equal(await page.textContent("h1"), "KakaoPay app");
      await page.click("main a.approve");
      await page.click("main button[value=declined]");
      await page.waitForURL(/\/slip/);
      assert.equal(await page.textContent("h1"), "Not paid");
      assert.equal(await status(charge), "failed: payment_rejected");
      await page.click("main a.approve");
      assert.equal(page.url(), `${shop.url}/back`);
    }
  }));

test("panel: each failure code, and too late", (browser) =>
  inShop(async (shop) => {
    const page = await browser.window("desk");
    await page.goto((await shop.charge()).authorize_uri);
    const codes = await page.locator("#failure_code option").allTextContents();
    assert.ok(codes.length >= 5, `${codes}`);
    for (const code of codes) {
      const charge = await shop.charge();
      await page.goto(step(charge, "phone"));
      await page.click("summary");
      await page.selectOption("#failure_code", code);
      await page.click("button[value=failed]");
      await page.waitForURL(/\/slip/);
      assert.equal(await status(charge), `failed: ${code}`);
      assert.match(await page.textContent("main"), new RegExp(code));
    }
    const charge = await shop.charge();
    await page.goto(charge.authorize_uri);
    await page.click("button[value=expired]");
    await page.waitForURL(`${shop.url}/back`);
    assert.equal(await status(charge), "expired");
  }));

test("panel: a slow buyer, a tab that is closed, and a payment that never ends", (browser) =>
  inShop(async (shop) => {
    const charge = await shop.charge();
    const page = await browser.window("desk");
    await page.goto(charge.authorize_uri);
    await page.selectOption("#after", "3600");
    await page.click("button[value=slow]");
    await page.waitForSelector("text=The buyer approves at");
    assert.equal(await status(charge), "pending");
    const closed = await browser.window("phone");
    await closed.goto(step(charge, "summary"));
    await closed.close();
    await control("clock", { advance: 3600 });
    await page.waitForSelector("main.slip");
    assert.equal(await status(charge), "successful");

    const forgotten = await shop.charge();
    await page.goto(forgotten.authorize_uri);
    await control("clock", { advance: 7 * 86400 });
    await page.waitForSelector("main.slip");
    assert.equal(await page.textContent("h1"), "Payment expired");
    assert.equal(await status(forgotten), "expired");
  }));

/** Moves the focus until an element is reached, and checks that the focus is visible. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.equal(outline, "solid", "one sees where one is");
      return;
    }
  }
  assert.fail(`${selector} is not reached`);
}

test("keyboard: a payment without a mouse, approved and failed", (browser) =>
  inShop(async (shop) => {
    const page = await browser.window("desk");
    const approved = await shop.charge({ source: { platform_type: "ANDROID" } });
    await page.goto(approved.authorize_uri);
    await tabTo(page, "main a.approve");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/summary/);
    await tabTo(page, "main button.approve");
    await page.keyboard.press("Space");
    await page.waitForURL(/\/slip/);
    await tabTo(page, "main a.approve");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${shop.url}/back`);
    assert.equal(await status(approved), "successful");

    const failed = await shop.charge();
    await page.goto(step(failed, "summary"));
    await tabTo(page, "summary");
    await page.keyboard.press("Enter");
    await tabTo(page, "#failure_code");
    await page.keyboard.press("ArrowDown");
    await tabTo(page, "button[value=failed]");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/slip/);
    assert.equal(await status(failed), "failed: payment_rejected");
  }));

test("without JavaScript: both flows, the panel, and the overview", (browser) =>
  inShop(async (shop) => {
    const desk = await browser.window("desk", { javaScriptEnabled: false });
    const charge = await shop.charge();
    await desk.goto(charge.authorize_uri);
    assert.equal(await desk.textContent(".watch"), "", "the page does not promise to update");
    const phone = await browser.window("phone", { javaScriptEnabled: false });
    await phone.goto(await scan(desk));
    await phone.click("main button.approve");
    await phone.waitForURL(/\/slip/);
    // Without a script the page does not update; it offers this link instead.
    await desk.click("text=Check the payment status");
    await desk.waitForSelector("main.slip");
    const declined = await shop.charge();
    await desk.goto(step(declined, "summary"));
    await desk.click("summary");
    await desk.click("button[value=failed]");
    await desk.waitForURL(/\/slip/);
    assert.match(await status(declined), /^failed/);
    await desk.goto(new URL("/", charge.authorize_uri).href);
    assert.match(await desk.textContent(`#${charge.id} summary`), /successful/);
    await picture(desk, "overview-without-javascript");
  }));
