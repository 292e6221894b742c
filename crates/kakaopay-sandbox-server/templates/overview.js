// The dashboard: reloads its live part after each change.
(function () {
  "use strict";

  var live = document.getElementById("live");
  var connection = document.getElementById("connection");
  if (!live || !window.EventSource) {
    return;
  }
  var asking = false;
  var again = false;

  // Opened elements stay open, and the focus is kept.
  function replace(html) {
    var open = Array.prototype.map.call(live.querySelectorAll("details[open]"), function (details) {
      return details.id;
    });
    var focused = live.contains(document.activeElement) ? place(document.activeElement) : null;
    live.innerHTML = html;
    open.forEach(function (id) {
      var details = document.getElementById(id);
      if (details) {
        details.open = true;
      }
    });
    if (focused) {
      var details = document.getElementById(focused.id);
      var target = details && details.querySelectorAll("summary, a, button, pre")[focused.index];
      if (target) {
        target.focus({ preventScroll: true });
      }
    }
  }

  function place(element) {
    var details = element.closest("details");
    if (!details) {
      return null;
    }
    var all = details.querySelectorAll("summary, a, button, pre");
    return { id: details.id, index: Array.prototype.indexOf.call(all, element) };
  }

  function refresh() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    fetch("/?part=live&lang=" + document.documentElement.lang, { cache: "no-store" })
      .then(function (response) {
        return response.ok ? response.text() : Promise.reject(new Error("refused"));
      })
      .then(replace)
      .catch(function () {})
      .then(function () {
        asking = false;
        if (again) {
          refresh();
        }
      });
  }

  var events = new EventSource("/_sandbox/live");
  events.onopen = function () {
    connection.textContent = connection.getAttribute("data-live");
  };
  events.onerror = function () {
    connection.textContent = connection.getAttribute("data-lost");
  };
  events.onmessage = refresh;
})();
