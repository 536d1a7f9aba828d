/* What Sphinx's search shows, in the reader's language. */
(function () {
  "use strict";

  // A title that says the same in both languages, as _ext/bilingual joins them.
  var PAIR = /^(.+?) · ([^·]*[가-힣].*)$/;
  var root = document.documentElement;

  function both(en, ko) {
    return '<span class="bi-en" lang="en">' + en + "</span>"
      + '<span class="bi-sep"> · </span>'
      + '<span class="bi-ko" lang="ko">' + ko + "</span>";
  }

  /* Titles come as HTML with both languages marked, and are compared as text. */
  function plain(title) {
    return new DOMParser().parseFromString(title, "text/html").body.textContent;
  }

  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  }

  function marked(title) {
    // "Page · 쪽 > Section · 절"; a section found by one language's title has that one alone.
    var found = title.split(" > ");
    var parts = found.map(function (part) { return part.match(PAIR) || [part, part, part]; });
    if (parts.every(function (part) { return part[1] === part[2]; })) return escaped(title);
    return both(
      escaped(parts.map(function (part) { return part[1]; }).join(" › ")),
      escaped(parts.map(function (part) { return part[2]; }).join(" › "))
    );
  }

  /* Sphinx compares a query with whole titles: give it each language's alone. */
  var setIndex = Search.setIndex;
  Search.setIndex = function (index) {
    index.titles = index.titles.map(plain);
    Object.keys(index.alltitles).forEach(function (title) {
      var pair = title.match(PAIR);
      if (!pair) return;
      [pair[1], pair[2]].forEach(function (half) {
        index.alltitles[half] = (index.alltitles[half] || []).concat(index.alltitles[title]);
      });
      delete index.alltitles[title];
    });
    setIndex(index);
  };

  /* Sphinx wants all words on a page. Where none has all, pages with all but one will do. */
  var performSearch = Search._performSearch;
  Search._performSearch = function (asked, terms, excluded, highlight, objects) {
    var results = performSearch(asked, terms, excluded, highlight, objects);
    if (!results.length && terms.size > 1) {
      terms.forEach(function (left) {
        var fewer = new Set(terms);
        fewer.delete(left);
        results = results.concat(performSearch(asked, fewer, excluded, highlight, new Set()));
      });
      results.sort(function (a, b) { return a[4] - b[4]; });  // Sphinx shows the last first
      results = results.filter(function (result, place) {
        return results.slice(place + 1).every(function (later) {
          return later[0] !== result[0] || later[2] !== result[2];
        });
      });
    }
    return results.map(function (result) {
      return [result[0], marked(result[1])].concat(result.slice(2));
    });
  };

  /* A summary in the reader's language where the words are found in it. */
  var htmlToText = Search.htmlToText;
  function textIn(html, anchor, hidden) {
    var page = new DOMParser().parseFromString(html, "text/html");
    var place = anchor && page.querySelector("main " + anchor);
    // The mark of an index entry is empty: the words are in the section around it.
    while (place && !place.textContent.trim()) place = place.parentElement;
    var part = place || page.querySelector("main article") || page.querySelector("main");
    if (!part) return "";
    // A formula is there for the eye and for screen readers: once is enough here. A drawing's
    // words are no sentences.
    var never = "script, style, svg, .headerlink, .katex-mathml";
    part.querySelectorAll(hidden + never).forEach(function (other) {
      other.remove();
    });
    return part.textContent;
  }

  var makeSearchSummary = Search.makeSearchSummary;
  Search.makeSearchSummary = function (html, keywords, anchor) {
    // A verb stands in the index with its dictionary ending, which the text does not have.
    var words = Array.from(keywords, function (word) {
      return /[가-힣]다$/.test(word) ? word.slice(0, -1) : word;
    });
    var hidden = { en: ".bi-ko, .bi-sep, ", ko: ".bi-en, .bi-sep, ", both: "" };
    var text = textIn(html, anchor, hidden[root.dataset.lang] || "");
    var found = words.some(function (word) { return text.toLowerCase().includes(word); });
    Search.htmlToText = function () { return found ? text : textIn(html, anchor, ""); };
    var summary = makeSearchSummary(html, new Set(words), anchor);
    Search.htmlToText = htmlToText;
    return summary;
  };

  /* The theme's few sentences around the results. */
  var count = null;
  function say() {
    if (!Search.title || count === null) return;
    Search.title.innerHTML = both("Search results", "찾은 결과");
    Search.status.innerHTML = count
      ? both(count + (count === 1 ? " result" : " results"), count + "건을 찾았습니다.")
      : both(
        "Nothing was found. Check the spelling, or try fewer or other words.",
        "찾지 못했습니다. 철자를 확인하거나, 낱말을 줄이거나 바꾸어 보십시오."
      );
  }
  var query = Search.query;
  Search.query = function (words) {
    count = null;
    query.call(Search, words);
  };
  var stopPulse = Search.stopPulse;
  Search.stopPulse = function () {
    stopPulse();
    // Called as the last result is shown, just before Sphinx writes its own sentence.
    setTimeout(function () {
      count = Search.output.children.length;
      say();
    }, 0);
  };

  document.addEventListener("DOMContentLoaded", function () {
    var field = document.querySelector("form.bd-search input");
    if (field) field.focus();
  });
})();
