// The sandbox's replacement for Omise.js: it creates KakaoPay sources at the sandbox that served it.
(function (global) {
  "use strict";

  // `document.currentScript` is set only while the script runs.
  var origin = new URL(global.document.currentScript.src).origin;
  var publicKey = null;

  function setPublicKey(key) {
    publicKey = key;
  }

  function createSource(type, parameters, callback) {
    var body = Object.assign({}, parameters, { type: type });
    var request = {
      method: "POST",
      headers: {
        // The key alone, without a trailing colon.
        Authorization: "Basic " + global.btoa(String(publicKey)),
        "Content-Type": "application/json",
      },
      body: JSON.stringify(body),
    };
    global
      .fetch(origin + "/sources/", request)
      .then(function (response) {
        return response.json().then(function (answer) {
          return [response.status, answer];
        });
      })
      .catch(function () {
        return [0, { object: "error", code: "create_source_error", message: "the sandbox cannot be reached" }];
      })
      // After the catch, so that an exception of the callback is the page's own error.
      .then(function (answered) {
        callback(answered[0], answered[1]);
      });
  }

  function createToken(type, parameters, callback) {
    callback(400, {
      object: "error",
      location: "https://www.omise.co/api-errors#feature-not-supported",
      code: "feature_not_supported",
      message: "the sandbox takes KakaoPay only: use Omise.createSource('kakaopay', ...)",
    });
  }

  global.Omise = {
    setPublicKey: setPublicKey,
    createSource: createSource,
    createToken: createToken,
  };
})(globalThis);
