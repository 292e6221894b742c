// The desktop's page: it shows the slip by itself once the payment has ended on the phone.
(function () {
  "use strict";

  var image = document.querySelector("img[data-status]");
  if (!image) {
    return;
  }
  var address = image.getAttribute("data-status");

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
