// The report of a journey: one line of JSON.
"use strict";

const assert = require("node:assert/strict");

/** Counts the calls of a journey. */
class Report {
  constructor(client, version, manner) {
    this.told = { client, version, manner, calls: 0 };
  }

  /** Awaits a call that must succeed. */
  async call(promise) {
    this.told.calls += 1;
    return promise;
  }

  /** Awaits a call that must be rejected with a code. */
  async refused(code, promise) {
    this.told.calls += 1;
    const error = await promise.then(
      (answer) => assert.fail(`${code} was expected, and it was answered: ${JSON.stringify(answer)}`),
      (error) => error,
    );
    assert.equal(error.object, "error", String(error));
    assert.equal(error.code, code, error.message);
  }

  print() {
    process.stdout.write(JSON.stringify(this.told) + "\n");
  }
}

/** Reads an environment variable that the task sets. */
function variable(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: cargo xtask clients sets it`);
  return value;
}

module.exports = { Report, variable };
