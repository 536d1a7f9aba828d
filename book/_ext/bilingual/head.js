(function (root, key) {
  // Before first paint: what the address asks for, else the last visit, else the browser.
  var known = /^(en|ko|both)$/, mode = null;
  try {
    mode = new URLSearchParams(location.search).get("lang");
    if (known.test(mode)) localStorage.setItem(key, mode);
    else mode = localStorage.getItem(key);
  } catch (error) { /* storage may be forbidden; the choice then lasts for this page */ }
  if (!known.test(mode)) {
    var wanted = (navigator.languages || [navigator.language]).map(function (tag) {
      return String(tag).slice(0, 2).toLowerCase();
    });
    mode = wanted.filter(function (tag) { return known.test(tag); })[0] || "en";
  }
  root.dataset.lang = mode;
  root.lang = mode === "ko" ? "ko" : "en";
  // Readers at the top of a page get it part by part; see reading.js. Those who come to a
  // place in it, or back to one, need all that stands before.
  var visit = performance.getEntriesByType("navigation")[0];
  if (!location.hash && visit && visit.type === "navigate") root.classList.add("bi-unfolding");
})(document.documentElement, "side-by-side-language");
