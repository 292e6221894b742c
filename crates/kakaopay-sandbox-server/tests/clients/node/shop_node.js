// The example shop on Node.js.
"use strict";

require("./shop.js")({
  client: "shops/shop.mjs",
  version: process.version,
  manner: "a shop: form, webhooks",
  command: () => ["node", "shop.mjs"],
});
