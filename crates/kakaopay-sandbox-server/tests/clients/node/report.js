// The report of a journey: one line of JSON.
"use strict";

const assert = require("node:assert/strict");

/** Counts the calls of a journey. */
class Report {
  constructor(client, version, manner) {
    this.report = { client, version, manner, calls: 0 };
  }

  /** Awaits a call that must succeed. */
  async call(promise) {
    this.report.calls += 1;
    return promise;
  }

  /** Awaits a call that must be rejected with a code. */
  async refused(code, promise) {
    this.report.calls += 1;
    const error = await promise.then(
      (response) => assert.fail(`expected ${code}, received ${JSON.stringify(response)}`),
      (error) => error,
    );
    assert.equal(error.object, "error", String(error));
    assert.equal(error.code, code, error.message);
  }

  print() {
    process.stdout.write(JSON.stringify(this.report) + "\n");
  }
}

/** Reads an environment variable that the task sets. */
function variable(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: cargo xtask clients sets it`);
  return value;
}

module.exports = { Report, variable };
