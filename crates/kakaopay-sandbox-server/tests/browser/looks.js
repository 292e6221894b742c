// Appearance of the pages: accessibility, languages, dark mode, narrow and large windows.
"use strict";

const assert = require("node:assert/strict");
const { picture, test, violations } = require("./suite.js");
const { api, inShop, sandbox } = require("./shop.js");

/** All pages by name. */
async function everyPage(shop) {
  const payment = async (name, outcome) => {
    const charge = await shop.charge({ description: "Two books and a rather long description of what was bought" });
    if (outcome) {
      const end = { paid: ["mark_as_paid"], failed: ["mark_as_failed", { failure_code: "insufficient_fund" }], expired: ["expire"] };
      const [path, body] = end[outcome];
      await api("POST", `/charges/${charge.id}/${path}`, body);
    }
    return charge.authorize_uri.replace("authorize", name);
  };
  return {
    desktop: await payment("authorize"),
    wallet: await payment("phone"),
    summary: await payment("summary"),
    paid: await payment("slip", "paid"),
    failed: await payment("slip", "failed"),
    expired: await payment("slip", "expired"),
    notice: `${sandbox}/payments/pay2_test_none/authorize`,
  };
}

/** Opens everything that can be opened. */
const openAll = (page) =>
  page.evaluate(() => {
    document.querySelectorAll("details").forEach((details) => {
      details.open = true;
    });
  });

async function fits(page, what) {
  const [wide, there] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(wide <= there, `${what}: ${wide} of ${there} pixels`);
}

for (const locale of ["en", "th", "ko"]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe and pictures: ${locale}, ${colorScheme}`, (browser) =>
      inShop(async (shop) => {
        const pages = await everyPage(shop);
        for (const device of ["desk", "phone"]) {
          const page = await browser.window(device, { locale, colorScheme, quiet: true });
          for (const [name, address] of Object.entries(pages)) {
            // A phone never sees the desktop page.
            if (device === "phone" && name === "desktop") continue;
            await page.goto(address);
            assert.equal(await page.getAttribute("html", "lang"), locale);
            await openAll(page);
            await picture(page, `${name}-${device}-${locale}-${colorScheme}`);
            assert.deepEqual(await violations(page), [], `${name} ${device}`);
          }
        }
      }));
  }
}

for (const locale of ["en", "th", "ko"]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe and pictures: the overview, ${locale}, ${colorScheme}`, (browser) =>
      inShop(async (shop) => {
        await everyPage(shop);
        for (const device of ["desk", "phone"]) {
          const page = await browser.window(device, { locale, colorScheme, quiet: true });
          await page.goto(`${sandbox}/`);
          assert.equal(await page.getAttribute("html", "lang"), locale);
          await picture(page, `overview-${device}-${locale}-${colorScheme}`);
          await openAll(page);
          assert.deepEqual(await violations(page), []);
          await fits(page, "the overview");
        }
      }));
  }
}

test("narrow, and twice as large: nothing is cut off, nothing scrolls sideways", (browser) =>
  inShop(async (shop) => {
    const pages = await everyPage(shop);
    for (const locale of ["en", "th", "ko"]) {
      for (const [name, width, size] of [
        ["narrow", 320, "100%"],
        ["zoomed", 640, "100%"],
        ["large", 640, "200%"],
      ]) {
        const page = await browser.window("desk", { locale, viewport: { width, height: 800 }, quiet: true });
        for (const [step, address] of Object.entries(pages)) {
          await page.goto(address);
          await page.evaluate((size) => {
            document.documentElement.style.fontSize = size;
          }, size);
          await openAll(page);
          await fits(page, `${step} ${locale} ${name}`);
          if (["desktop", "failed"].includes(step)) {
            await picture(page, `${step}-${name}-${locale}`);
          }
        }
        await page.context().close();
      }
    }
  }));

test("the switch of languages keeps one where one is", (browser) =>
  inShop(async (shop) => {
    const page = await browser.window("desk", { locale: "th" });
    const summary = (await shop.charge()).authorize_uri.replace("authorize", "summary");
    await page.goto(summary);
    await page.click("nav a[lang=ko]");
    assert.equal(await page.getAttribute("html", "lang"), "ko");
    await page.click("main button.approve");
    await page.waitForURL(/\/slip\?lang=ko/);
    assert.equal(await page.textContent("h1"), "결제 완료");
  }));

test("the overview keeps its language through updates, forms and links", (browser) =>
  inShop(async (shop) => {
    const page = await browser.window("desk", { locale: "th" });
    await page.goto(`${sandbox}/`);
    await page.waitForSelector("text=อัปเดตอัตโนมัติ");
    await page.click("nav a[lang=ko]");
    await page.waitForSelector("text=실시간");
    const charge = await shop.charge();
    const row = page.locator(`#${charge.id}`);
    await row.waitFor();
    assert.match(await page.textContent("#charges"), /결제 목록/);
    await row.locator("summary").first().click();
    await row.locator("button", { hasText: "웹훅 다시 보내기" }).click();
    await page.waitForURL(`${sandbox}/?lang=ko`);
    await row.locator("summary").first().click();
    await row.locator("a", { hasText: "구매자 화면" }).click();
    assert.equal(await page.getAttribute("html", "lang"), "ko");
  }));
