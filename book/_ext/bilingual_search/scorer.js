/* Sphinx asks for the score of each result. It knows only whether a page has a word, so a
   page that speaks of it throughout comes no earlier than one that names it once. Here counts
   decide (BM25's saturation), and words in the reader's language count in full. */
var SearchCounts = { pages: [], words: {} };
var Scorer = (function () {
  "use strict";

  var HALF = 4;  // so many times give half of what no end of times would give
  var OTHER = 0.25;  // what a word in the language the reader does not read is worth
  var MOST = 14;  // a title still counts for more
  var NAMED = 5;  // for a page or section that is called what was asked for
  var terms = null;

  function queried() {
    if (terms === null) {
      var query = new URLSearchParams(location.search).get("q") || "";
      terms = Array.from(Search._parseQuery(query)[1]);
    }
    return terms;
  }

  function entries(word) {  // "constructor" is a word, and every object has one
    return Object.hasOwn(SearchCounts.words, word) ? SearchCounts.words[word] : [];
  }

  function counted(word, page) {
    var counts = entries(word).find(function (entry) {
      return SearchCounts.pages[entry[0]] === page;
    });
    if (!counts) return 0;
    var lang = document.documentElement.dataset.lang;
    var english = counts[1] * (lang === "ko" ? OTHER : 1);
    var korean = counts[2] * (lang === "en" ? OTHER : 1);
    return english + korean;
  }

  function rarity(word) {
    var pages = entries(word).length;
    return Math.log(1 + (SearchCounts.pages.length + 1) / (pages + 1));
  }

  function often(page) {
    var total = 0, most = 0;
    queried().forEach(function (word) {
      var count = counted(word, page);
      total += rarity(word) * count / (count + HALF);
      most += rarity(word);
    });
    return most ? MOST * total / most : 0;
  }

  function named(title) {
    var asked = (new URLSearchParams(location.search).get("q") || "").trim().toLowerCase();
    return title.toLowerCase().split(/ > | · /).indexOf(asked) >= 0 ? NAMED : 0;
  }

  return {
    objNameMatch: 11,
    objPartialMatch: 6,
    // The library's names are in English, on one page: they come after pages that explain.
    objPrio: { 0: 4, 1: 0, 2: -5 },
    objPrioDefault: 0,
    title: 15,
    partialTitle: 7,
    term: 5,
    partialTerm: 2,
    score: function (result) { return result[4] + often(result[0]) + named(result[1]); },
  };
})();
