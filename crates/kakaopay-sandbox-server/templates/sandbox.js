// The desktop page: shows the slip once the payment has ended on the phone.
(function () {
  "use strict";

  var watch = document.querySelector("[data-status]");
  if (!watch) {
    return;
  }
  var address = watch.getAttribute("data-status");
  // Without this script the page does not update, so the page alone does not announce it.
  watch.textContent = watch.getAttribute("data-waiting");

  function look() {
    fetch(address, { cache: "no-store" })
      .then(function (response) {
        return response.text();
      })
      .then(function (status) {
        if (status === "successful" || status === "failed" || status === "expired") {
          location.reload();
        } else {
          setTimeout(look, 1500);
        }
      })
      .catch(function () {
        setTimeout(look, 5000);
      });
  }

  look();
})();
