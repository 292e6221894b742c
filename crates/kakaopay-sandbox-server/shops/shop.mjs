// A shop of one page, on Node.js 18 or newer and nothing else: it takes one order after the other, is paid by
// KakaoPay, and ships once. It is made to be read, and run against the sandbox; its orders are in memory.
//
//   OMISE_URL=http://127.0.0.1:4000 OMISE_SECRET_KEY=skey_test_… OMISE_WEBHOOK_SECRET=… node shop.mjs
//
// What it does not do is what a real shop needs beside it: keep an order before the charge is asked for, and look
// for the charge by its metadata when the answer is lost.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { OMISE_URL = "https://api.omise.co", OMISE_SECRET_KEY, OMISE_WEBHOOK_SECRET, PORT = "8080" } = process.env;
if (!OMISE_SECRET_KEY || !OMISE_WEBHOOK_SECRET) throw new Error("OMISE_SECRET_KEY and OMISE_WEBHOOK_SECRET are needed");

const PRICE = { amount: 150000, currency: "THB" }; // THB 1,500.00 in satang
const TOLERANCE_SECONDS = 300;
const orders = new Map();

async function omise(method, path, parameters) {
  const response = await fetch(new URL(path, OMISE_URL), {
    method,
    headers: { authorization: `Basic ${btoa(`${OMISE_SECRET_KEY}:`)}` },
    body: parameters && new URLSearchParams(parameters),
  });
  const object = await response.json();
  if (!response.ok) throw new Error(`${object.code}: ${object.message}`);
  return object;
}

// The order comes with the charge, so that whoever has one finds the other.
async function buy() {
  const number = String(orders.size + 1);
  const charge = await omise("POST", "/charges", {
    ...PRICE,
    return_uri: `${shop}/orders/${number}`,
    "source[type]": "kakaopay",
    "metadata[order]": number,
  });
  orders.set(number, { charge: charge.id, shipped: 0 });
  return charge.authorize_uri;
}

// Nothing but the charge, read from the service, says that an order was paid: not the buyer's return, and not
// the webhook. Both are reasons to look.
async function look(number) {
  const order = orders.get(number);
  const charge = await omise("GET", `/charges/${order.charge}`);
  const mine = charge.metadata.order === number && charge.amount === PRICE.amount && charge.currency === PRICE.currency;
  if (charge.status === "successful" && mine && order.shipped === 0) {
    order.shipped += 1;
    console.log(`order ${number}: paid by ${charge.id}, shipped`);
  }
  return { order: number, status: charge.status, shipped: order.shipped };
}

// The signature is over the bytes as they came: they are parsed after it was checked.
function isGenuine(headers, body) {
  const timestamp = headers["omise-signature-timestamp"] ?? "";
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp || NaN)) <= TOLERANCE_SECONDS)) return false;
  const key = Buffer.from(OMISE_WEBHOOK_SECRET, "base64");
  const expected = createHmac("sha256", key).update(`${timestamp}.`).update(body).digest();
  // Two while a secret is being replaced.
  return (headers["omise-signature"] ?? "").split(",").some((text) => {
    const given = Buffer.from(text.trim(), "hex");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function hear(headers, body) {
  if (!isGenuine(headers, body)) return 401;
  const { data } = JSON.parse(body);
  if (data.object === "charge" && orders.has(data.metadata.order)) await look(data.metadata.order);
  return 200;
}

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const [, place, number] = new URL(request.url, shop).pathname.split("/");
  if (request.method === "GET" && place === "") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end('<!doctype html><title>Shop</title><form method="post" action="/orders"><button>Buy for THB 1,500</button></form>');
  } else if (request.method === "POST" && place === "orders") {
    response.writeHead(303, { location: await buy() }).end();
  } else if (request.method === "GET" && place === "orders" && orders.has(number)) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(await look(number)));
  } else if (request.method === "POST" && place === "webhooks") {
    response.writeHead(await hear(request.headers, body)).end();
  } else {
    response.writeHead(404).end();
  }
}

let shop;
const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error.message);
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
});
server.listen(Number(PORT), "127.0.0.1", () => {
  shop = `http://127.0.0.1:${server.address().port}`;
  console.log(shop);
});
