/* Comments of giscus: loaded when the reader asks for them, in the language that shows. */
(function () {
  "use strict";

  var ORIGIN = "https://giscus.app";
  var root = document.documentElement;
  var opener = document.querySelector(".comments-open");
  if (!opener) return;

  function settings() {
    return {
      lang: root.dataset.lang === "ko" ? "ko" : "en",
      theme: root.dataset.theme === "dark" ? "dark" : "light",
    };
  }

  function open() {
    var script = document.createElement("script");
    script.src = ORIGIN + "/client.js";
    script.async = true;
    script.crossOrigin = "anonymous";
    Object.assign(script.dataset, settings(), opener.dataset);
    opener.replaceWith(script);
    new MutationObserver(follow).observe(root, {
      attributes: true, attributeFilter: ["data-lang", "data-theme"],
    });
  }

  function follow() {
    var frame = document.querySelector("iframe.giscus-frame");
    if (frame) frame.contentWindow.postMessage({ giscus: { setConfig: settings() } }, ORIGIN);
  }

  opener.addEventListener("click", open);
})();
