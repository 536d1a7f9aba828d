/* A browser lets no page read another page from a disk: results are shown without excerpts. */
(function () {
  "use strict";
  if (window.location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
})();
