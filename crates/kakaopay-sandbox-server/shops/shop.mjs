// A one-page shop on Node.js 18 or newer without dependencies: it creates orders, is paid by KakaoPay, and ships
// each paid order once. It is an example for reading and for tests with the sandbox; its orders are in memory.
//
//   OMISE_URL=http://127.0.0.1:4000 OMISE_SECRET_KEY=skey_test_… OMISE_WEBHOOK_SECRET=… node shop.mjs
//
// A real shop also needs to store an order before it requests the charge, and to search for the charge by its
// metadata when the response is lost.
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

// The charge's metadata has the order number, so that either leads to the other.
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

// The buyer may try again only once the charge has ended unpaid.
const RETRY = '<form method="post" action="/orders"><button>Retry payment</button></form>';
const CAUSES = {
  payment_expired: ["The time to pay has run out.", "Please try again."],
  payment_rejected: ["The payment was declined.", "Please pay another way, or contact KakaoPay."],
  failed_processing: ["The payment could not be processed.", "Please try again."],
  invalid_account: [
    "No account was found that can pay this way.",
    "Please check your KakaoPay account, or pay another way.",
  ],
  insufficient_fund: [
    "Your balance is too low, or a limit was reached.",
    "Please top up or check your limit, or pay another way.",
  ],
};
const OTHER_CAUSE = ["The payment was not completed.", "Please try again, or pay another way."];

function page(title, ...parts) {
  const body = parts.map((part) => (part.startsWith("<") ? part : `<p>${part}</p>`)).join("");
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><h1>${title}</h1>${body}</html>`;
}

// The page of a returning buyer. The charge's failure_message is for the shop, not for the buyer.
function returnPage({ order, status, shipped, failure_code }) {
  if (shipped) return page("Payment successful", `We received ฿1,500.00 for order ${order}.`);
  if (status === "expired") {
    return page("Payment expired", "This payment was not completed in time. You can start a new one.", RETRY);
  }
  if (status === "failed") {
    const note = "If KakaoPay shows that money was taken, please contact the shop before you try again.";
    return page("Payment failed", ...(CAUSES[failure_code] ?? OTHER_CAUSE), note, RETRY);
  }
  return page(
    "Checking your payment",
    "We are checking your payment. Please do not pay again.",
    '<p><a href="">Check again</a></p>',
  );
}

// Only the charge, read from the service, proves that an order was paid: neither the buyer's return nor the
// webhook does. Both only trigger a refresh.
async function refresh(number) {
  const order = orders.get(number);
  const charge = await omise("GET", `/charges/${order.charge}`);
  const mine = charge.metadata.order === number && charge.amount === PRICE.amount && charge.currency === PRICE.currency;
  if (charge.status === "successful" && mine && order.shipped === 0) {
    order.shipped += 1;
    console.log(`order ${number}: paid by ${charge.id}, shipped`);
  }
  const { status, failure_code } = charge;
  return { order: number, status, shipped: order.shipped, failure_code };
}

// The signature covers the received bytes, so they are parsed after the check.
function isGenuine(headers, body) {
  const timestamp = headers["omise-signature-timestamp"] ?? "";
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp || NaN)) <= TOLERANCE_SECONDS)) return false;
  const key = Buffer.from(OMISE_WEBHOOK_SECRET, "base64");
  const expected = createHmac("sha256", key).update(`${timestamp}.`).update(body).digest();
  // There are two signatures while a secret is being replaced.
  return (headers["omise-signature"] ?? "").split(",").some((text) => {
    const given = Buffer.from(text.trim(), "hex");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function receiveWebhook(headers, body) {
  if (!isGenuine(headers, body)) return 401;
  const { data } = JSON.parse(body);
  if (data.object === "charge" && orders.has(data.metadata.order)) await refresh(data.metadata.order);
  return 200;
}

async function respond(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const [, place, number] = new URL(request.url, shop).pathname.split("/");
  if (request.method === "GET" && place === "") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page("Shop", '<form method="post" action="/orders"><button>Buy for ฿1,500.00</button></form>'));
  } else if (request.method === "POST" && place === "orders") {
    response.writeHead(303, { location: await buy() }).end();
  } else if (request.method === "GET" && place === "orders" && orders.has(number)) {
    const order = await refresh(number);
    const forBuyer = request.headers.accept?.includes("text/html");
    response.setHeader("vary", "accept");
    response.setHeader("content-type", forBuyer ? "text/html; charset=utf-8" : "application/json");
    response.end(forBuyer ? returnPage(order) : JSON.stringify(order));
  } else if (request.method === "POST" && place === "webhooks") {
    response.writeHead(await receiveWebhook(request.headers, body)).end();
  } else {
    response.writeHead(404).end();
  }
}

let shop;
const server = createServer((request, response) => {
  respond(request, response).catch((error) => {
    console.error(error.message);
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
});
server.listen(Number(PORT), "127.0.0.1", () => {
  shop = `http://127.0.0.1:${server.address().port}`;
  console.log(shop);
});
