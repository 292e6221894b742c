// An example shop as a separate program: a buyer pays and leaves, a forger sends webhooks, and a webhook arrives
// twice. The shop ships exactly the paid order, once.
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync } = require("node:fs");
const { createServer } = require("node:net");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { Report, variable } = require("./report.js");

const sandbox = variable("SANDBOX_URL");
const secretKey = variable("SECRET_KEY");
const shops = path.join(__dirname, "../../../shops");

async function omise(method, place, parameters) {
  const authorization = `Basic ${btoa(`${secretKey}:`)}`;
  const body = parameters && new URLSearchParams(parameters);
  const response = await fetch(sandbox + place, { method, headers: { authorization }, body });
  assert.equal(response.status, 200, `${method} ${place}`);
  return response.json();
}

/** Finds a free port, for a program that cannot choose one by itself. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Calls `attempt` until it returns a true value. */
async function until(event, attempt) {
  const end = Date.now() + 20_000;
  for (;;) {
    const response = await attempt().catch(() => undefined);
    if (response) return response;
    assert.ok(Date.now() < end, `${event} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Returns the statuses of all deliveries of a charge's event. */
async function received(key, charge) {
  const { data } = await omise("GET", "/events?limit=100&order=reverse_chronological");
  const event = data.find((event) => event.key === key && event.data.id === charge);
  return event && (await omise("GET", `/events/${event.id}`)).webhook_deliveries.map(({ status }) => status);
}

/** Reads a page as a browser does. */
async function read(page, report) {
  const response = await report.call(fetch(page, { headers: { accept: "text/html,*/*;q=0.8" } }));
  assert.match(response.headers.get("content-type"), /^text\/html; charset=utf-8$/i);
  const html = await response.text();
  assert.match(html, /<html lang="en">[^]*<meta name="viewport"/);
  return html;
}

async function buy(shop, report) {
  assert.match(await read(shop, report), /<form method="post" action="\/orders"><button>Buy for ฿1,500\.00</);
  const response = await report.call(fetch(`${shop}/orders`, { method: "POST", redirect: "manual" }));
  assert.equal(response.status, 303);
  return response.headers.get("location");
}

/** Sends the buyer's decision, and returns the target of the redirect. */
async function choose(page, choice) {
  const response = await fetch(page, { method: "POST", redirect: "manual", body: new URLSearchParams(choice) });
  assert.equal(response.status, 303);
  return response.headers.get("location");
}

async function journey(shop, said, report) {
  const newest = async () => (await omise("GET", "/charges?limit=1&order=reverse_chronological")).data[0];

  const page = await buy(shop, report);
  const charge = await newest();
  assert.equal(charge.authorize_uri, page);
  const waiting = await read(charge.return_uri, report);
  assert.match(waiting, /Please do not pay again\./);
  assert.doesNotMatch(waiting, /<form/, "no other payment while this one can be paid");
  // The buyer pays and never returns: the webhook alone must suffice.
  const back = await choose(page, { outcome: "successful" });
  await until("the webhook", async () => (await received("charge.complete", charge.id))?.includes(200));
  await until("the shipping", async () => said().includes(`paid by ${charge.id}, shipped`));

  const order = await (await report.call(fetch(back))).json();
  assert.deepEqual([order.status, order.shipped], ["successful", 1]);
  const thanks = await read(back, report);
  assert.match(thanks, new RegExp(`Payment successful[^]*We received ฿1,500\\.00 for order ${order.order}\\.`));
  assert.doesNotMatch(thanks, /<form/);

  const forged = JSON.stringify({ object: "event", data: charge });
  const timestamp = String(Math.floor(Date.now() / 1000));
  for (const signature of ["", "00".repeat(32), "zz"]) {
    const headers = { "omise-signature": signature, "omise-signature-timestamp": timestamp };
    const response = await report.call(fetch(`${shop}/webhooks`, { method: "POST", headers, body: forged }));
    assert.equal(response.status, 401, signature);
  }
  const again = await (await report.call(fetch(back))).json();
  assert.deepEqual(again, order);
  assert.equal(said().split("shipped").length, 2, said());

  const declined = await buy(shop, report);
  const { id } = await newest();
  const end = await choose(declined, { outcome: "failed", failure_code: "insufficient_fund" });
  await until("the webhook", async () => (await received("charge.complete", id))?.includes(200));
  const { status, shipped } = await (await report.call(fetch(end))).json();
  assert.deepEqual([status, shipped], ["failed", 0]);
  assert.match(await read(end, report), /<p>Your balance is too low[^]*<p>Please top up[^]*Retry payment/);

  const late = await buy(shop, report);
  const { return_uri } = await newest();
  await choose(late, { outcome: "expired" });
  assert.match(await read(return_uri, report), /Payment expired[^]*not completed in time[^]*Retry payment/);
}

/** Starts a shop, sets it as the webhook endpoint, and makes the journey. */
module.exports = async function run({ client, version, manner, command }) {
  const report = new Report(client, version, manner);
  const folder = mkdtempSync(path.join(tmpdir(), "kakaopay-shop-"));
  const port = await freePort();
  const shop = `http://127.0.0.1:${port}`;
  const [program, ...words] = command(port);
  const settings = {
    OMISE_URL: sandbox,
    OMISE_SECRET_KEY: secretKey,
    OMISE_WEBHOOK_SECRET: variable("WEBHOOK_SECRET"),
    SHOP_FOLDER: folder,
    PORT: String(port),
  };
  const running = spawn(program, words, { cwd: shops, env: { ...process.env, ...settings } });
  let said = "";
  for (const stream of [running.stdout, running.stderr]) stream.on("data", (text) => (said += text));
  try {
    await until("the shop", async () => (await fetch(shop)).ok);
    await omise("PATCH", "/account", { webhook_uri: `${shop}/webhooks` });
    await journey(shop, () => said, report);
    report.print();
  } catch (error) {
    console.error(said);
    throw error;
  } finally {
    await omise("PATCH", "/account", { webhook_uri: "" });
    running.kill();
    rmSync(folder, { recursive: true });
  }
};
