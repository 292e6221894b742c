// A minimal shop: it requests charges from the sandbox, and receives returning buyers.
"use strict";

const http = require("node:http");
const { afterwards, variable } = require("./suite.js");

const sandbox = variable("SANDBOX_URL");

/** Calls the API with the secret key. */
async function api(method, path, body) {
  const response = await fetch(`${sandbox}${path}`, {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(`${variable("SECRET_KEY")}:`).toString("base64")}`,
      "Content-Type": "application/json",
    },
    body: body && JSON.stringify(body),
  });
  const result = await response.json();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${result.code}: ${result.message}`);
  }
  return result;
}

/** Calls `/_sandbox`. */
async function control(path, body) {
  const response = await fetch(`${sandbox}/_sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`${path}: ${await response.text()}`);
  }
}

class Shop {
  /** Serves pages by path, and keeps the webhooks that are posted to `/webhooks`. */
  static async open(pages = {}) {
    const shop = new Shop();
    shop.webhooks = [];
    shop.server = http.createServer((request, response) => {
      if (request.url === "/webhooks") {
        request.resume().on("end", () => {
          shop.webhooks.push(request.url);
          response.end();
        });
        return;
      }
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(pages[request.url] ?? "<!doctype html><title>Shop</title><h1>Thank you</h1>");
    });
    await new Promise((resolve) => shop.server.listen(0, "127.0.0.1", resolve));
    shop.url = `http://127.0.0.1:${shop.server.address().port}`;
    return shop;
  }

  /** Creates a charge that returns the buyer to `/back`. */
  charge(more = {}) {
    return api("POST", "/charges", {
      amount: 150000,
      currency: "SGD",
      return_uri: `${this.url}/back`,
      source: { type: "kakaopay", ...more.source },
      ...(more.description && { description: more.description }),
      ...(more.webhooks && { webhook_endpoints: [`${this.url}/webhooks`] }),
    });
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Runs a function with a shop, and closes the shop after the test. */
async function inShop(body, pages) {
  const shop = await Shop.open(pages);
  afterwards(() => shop.close());
  await body(shop);
}

module.exports = { api, control, inShop, sandbox };
