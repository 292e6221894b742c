// The example shop on PHP.
"use strict";

const { execFileSync } = require("node:child_process");

require("./shop.js")({
  client: "shops/shop.php",
  version: execFileSync("php", ["-r", "echo PHP_VERSION;"], { encoding: "utf8" }),
  manner: "a shop: form, webhooks",
  command: (port) => ["php", "-S", `127.0.0.1:${port}`, "shop.php"],
});
