// A payment from its source to its refund, with the unchanged official npm package.
//
// The package calls https://api.omise.co. Its options accept another host and plain HTTP, but no port, so the
// port is set in the Node.js agent: every request without a port uses the agent's.
"use strict";

const assert = require("node:assert/strict");
const http = require("node:http");
const { Report, variable } = require("./report.js");

const url = new URL(variable("SANDBOX_URL"));
http.globalAgent.defaultPort = Number(url.port);

const folder = variable("CLIENT_FOLDER");
const omise = require(`${folder}/node_modules/omise`);
const api = require(`${folder}/node_modules/omise/lib/api`);
const { version } = require(`${folder}/node_modules/omise/package.json`);

const keys = { publicKey: variable("PUBLIC_KEY"), secretKey: variable("SECRET_KEY") };
const asked = process.env.API_VERSION;
const place = { scheme: "http", host: url.hostname, omiseVersion: asked };
const client = omise({ ...keys, ...place });
const report = new Report("npm omise", version, `JSON, ${asked ?? "the account's version"}`);

const isOld = asked === "2017-11-02";
const created = isOld ? "created" : "created_at";
const refunded = isOld ? "refunded" : "refunded_amount";
const thb = isOld ? "thb" : "THB";

const parameters = { amount: 150000, currency: "THB", return_uri: "https://example.com/orders/345678/complete" };

// Calls that the package does not have use its own transport.
function markAs(end, charge, body) {
  return api.post({ key: keys.secretKey, path: `/charges/${charge.id}/${end}`, body, ...place });
}

async function charges() {
  const source = await report.call(
    client.sources.create({ type: "kakaopay", amount: 150000, currency: "THB", platform_type: "WEB" }),
  );
  assert.equal(source.flow, "app_redirect");
  assert.equal(source.currency, thb);
  const read = await report.call(client.sources.retrieve(source.id));
  assert.deepEqual(read, source);

  const charge = await report.call(client.charges.create({ ...parameters, source: source.id }));
  assert.equal(charge.status, "pending");
  assert.equal(charge.source.id, source.id);
  assert.ok(charge[created]);
  const inline = await report.call(
    client.charges.create({ ...parameters, source: { type: "kakaopay", platform_type: "iOS" }, metadata: { order: 7 } }),
  );
  assert.deepEqual(inline.metadata, { order: 7 });

  const list = await report.call(client.charges.list({ limit: 1, offset: 0, order: "reverse_chronological" }));
  assert.equal(list.data.length, 1);
  assert.ok(list.total >= 2);
  const retrieved = await report.call(client.charges.retrieve(charge.id));
  assert.equal(retrieved.id, charge.id);
  const updated = await report.call(client.charges.update(charge.id, { description: "Two books · 책 두 권" }));
  assert.equal(updated.description, "Two books · 책 두 권");
  return { charge, inline };
}

async function endings({ charge, inline }) {
  const paid = await report.call(markAs("mark_as_paid", charge));
  assert.equal(paid.status, "successful");
  await report.refused("processed_charge", markAs("mark_as_paid", charge, {}));
  const expired = await report.call(client.charges.expire(inline.id));
  assert.equal(expired.status, "expired");
  const third = await report.call(client.charges.create({ ...parameters, source: { type: "kakaopay" } }));
  const failed = await report.call(markAs("mark_as_failed", third, { failure_code: "payment_rejected" }));
  assert.equal(failed.failure_code, "payment_rejected");
  await report.refused("failed_capture", client.charges.capture(charge.id));
  await report.refused("failed_reverse", client.charges.reverse(charge.id));
}

async function refunds({ charge }) {
  const refund = await report.call(client.charges.createRefund(charge.id, { amount: 50000 }));
  assert.equal(refund.amount, 50000);
  const list = await report.call(client.charges.listRefunds(charge.id));
  assert.deepEqual(list.data, [refund]);
  const read = await report.call(client.charges.retrieveRefund(charge.id, refund.id));
  assert.deepEqual(read, refund);
  await report.refused("failed_refund", client.charges.createRefund(charge.id, { amount: 100001 }));
  const rest = await report.call(client.charges.createRefund(charge.id, { amount: 100000, metadata: { r: "2" } }));
  assert.equal(rest.voided, false);
  const whole = await report.call(client.charges.retrieve(charge.id));
  assert.equal(whole[refunded], 150000);
  assert.equal(whole.status, "successful");
}

async function account({ charge }) {
  const events = await report.call(client.events.list({ order: "reverse_chronological", limit: 100 }));
  assert.equal(events.data[0].key, "refund.create");
  const event = await report.call(client.events.retrieve(events.data[0].id));
  assert.deepEqual(event, events.data[0]);

  const found = await report.call(
    client.search.list({ scope: "charge", query: charge.id, "filters[status]": "successful" }),
  );
  assert.equal(found.total, 1);
  assert.equal(found.data[0].id, charge.id);

  if (isOld) {
    await report.refused("serializer_not_found", client.capability.retrieve());
  } else {
    const capability = await report.call(client.capability.retrieve());
    assert.ok(capability.payment_methods.some((method) => method.name === "kakaopay"));
  }
  const own = await report.call(client.account.retrieve());
  assert.equal(own.object, "account");
  const hooks = "http://127.0.0.1:9/webhooks";
  const account = await report.call(client.account.updateAccount({ webhook_uri: hooks }));
  assert.equal(account.webhook_uri, isOld ? undefined : hooks);
  await report.call(client.account.updateAccount({ webhook_uri: "" }));
}

async function refusals() {
  const source = { type: "kakaopay", amount: 150000, currency: "THB" };
  await report.refused("bad_request", client.sources.create({ ...source, amount: "invalid_amount" }));
  await report.refused("bad_request", client.sources.create({ ...source, currency: "JPY" }));
  await report.refused("invalid_charge", client.charges.create({ ...parameters, amount: 1999, source }));
  await report.refused("not_found", client.charges.create({ ...parameters, source: "src_test_none" }));
  await report.refused("not_found", client.charges.retrieve("chrg_test_none"));
  const stranger = omise({ ...place, publicKey: "pkey_test_none", secretKey: "skey_test_none" });
  await report.refused("authentication_failure", stranger.charges.list());
  await report.refused("authentication_failure", stranger.capability.retrieve());
  // The older style: a callback instead of a promise.
  await report.call(
    new Promise((resolve, reject) => {
      client.charges.list({ limit: 2 }, (error, list) => (error ? reject(error) : resolve(list)));
    }),
  );
}

async function main() {
  const made = await charges();
  await endings(made);
  await refunds(made);
  await account(made);
  await refusals();
  report.print();
}

main();
