// Tests of the sandbox's pages in a real browser.
"use strict";

const { run } = require("./suite.js");
require("./payments.js");
require("./around.js");
require("./looks.js");

run().then(
  (good) => process.exit(good ? 0 : 1),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
