/* The language switch. The mode itself is set before first paint by a script in <head>. */
(function () {
  "use strict";

  var KEY = "side-by-side-language";
  var MODES = ["en", "ko", "both"];
  var root = document.documentElement;

  // Words of the theme: where they stand, and what they are in each language.
  var TEXTS = [
    [".left-prev .prev-next-subtitle", "previous", "이전"],
    [".right-next .prev-next-subtitle", "next", "다음"],
    ["#pst-skip-link a", "Skip to main content", "본문으로 건너뛰기"],
    [".page-toc.onthispage .bi-toc-title", "Contents", "이 페이지의 차례"],
    ["#pst-back-to-top .bi-top", "Back to top", "맨 위로"],
    ["details.hide summary .collapsed", "Show code", "코드 보기"],
    ["details.hide summary .expanded", "Hide code", "코드 숨기기"],
    [".search-button__default-text", "Search", "찾기"],
  ];
  var ATTRIBUTES = [
    ["input.form-control[type=search]", "placeholder", "Search this book...", "책에서 찾기..."],
    ["input.form-control[type=search]", "aria-label", "Search this book...", "책에서 찾기..."],
    [".search-button, .search-button-field", "aria-label", "Search", "찾기"],
    [".search-button, .search-button-field", "title", "Search", "찾기"],
    [".theme-switch-button", "aria-label", "light/dark", "밝은/어두운 화면"],
    [".theme-switch-button", "title", "light/dark", "밝은/어두운 화면"],
    [".primary-toggle", "aria-label", "Toggle primary sidebar", "차례 여닫기"],
    [".primary-toggle", "title", "Toggle primary sidebar", "차례 여닫기"],
    [".secondary-toggle", "aria-label", "Toggle secondary sidebar", "이 페이지의 차례 여닫기"],
    [".secondary-toggle", "title", "Toggle secondary sidebar", "이 페이지의 차례 여닫기"],
    [".left-prev", "title", "previous page", "이전 페이지"],
    [".right-next", "title", "next page", "다음 페이지"],
    ["button.copybtn", "data-tooltip", "Copy", "복사"],
    ["button.copybtn", "aria-label", "Copy the code", "코드 복사"],
    ["a.headerlink", "title", "Link to this heading", "이 제목으로 오는 링크"],
    ["nav.bd-docs-nav", "aria-label", "Main", "책의 차례"],
    ["nav.bd-toc-nav", "aria-label", "On this page", "이 페이지의 차례"],
  ];
  // What the script of the copy buttons says once it has copied.
  var COPY = {
    en: { copy: "Copy", copy_to_clipboard: "Copy to clipboard", copy_success: "Copied!",
          copy_failure: "Failed to copy" },
    ko: { copy: "복사", copy_to_clipboard: "클립보드에 복사", copy_success: "복사했습니다",
          copy_failure: "복사하지 못했습니다" },
  };

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  /* Give words of the theme that stand beside an icon an element of their own. */
  function nameLooseWords() {
    [[".page-toc.onthispage", "bi-toc-title"], ["#pst-back-to-top", "bi-top"]].forEach(
      function (entry) {
        each(entry[0], function (holder) {
          var words = holder.lastChild;
          if (!words || words.nodeType !== Node.TEXT_NODE) return;
          var span = document.createElement("span");
          span.className = entry[1];
          span.textContent = words.textContent.trim();
          holder.replaceChild(span, words);
          holder.insertBefore(document.createTextNode(" "), span);
        });
      }
    );
  }

  /* Bootstrap moves the title of a button with a tooltip into an attribute of its own. */
  function attributeOf(element, name) {
    var moved = "data-bs-original-title";
    return name === "title" && element.hasAttribute(moved) ? moved : name;
  }

  function wordCopyButtons(korean) {
    if (typeof messages === "undefined" || typeof locale === "undefined") return;
    Object.assign(messages[locale], COPY[korean ? "ko" : "en"]);
  }

  function show(mode) {
    var korean = mode === "ko";
    root.dataset.lang = mode;
    root.lang = korean ? "ko" : "en";
    each("[data-set-lang]", function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.setLang === mode));
    });
    each("[data-alt-en]", function (picture) {
      var en = picture.dataset.altEn, ko = picture.dataset.altKo;
      // A drawing inside the page has no `alt`; its label does the same.
      picture.setAttribute(
        picture.tagName === "IMG" ? "alt" : "aria-label",
        mode === "both" ? en + " | " + ko : korean ? ko : en
      );
    });
    var titles = document.querySelector('meta[name="bilingual-titles"]');
    if (titles) document.title = titles.dataset[mode];
    TEXTS.forEach(function (entry) {
      each(entry[0], function (element) {
        // A label that its author wrote in both languages keeps its own words.
        var own = (element.dataset.words || element.textContent).split(" · ");
        if (own.length === 2) element.dataset.words = own.join(" · ");
        else own = entry.slice(1);
        element.textContent = mode === "both" && element.dataset.words
          ? element.dataset.words : own[korean ? 1 : 0];
      });
    });
    ATTRIBUTES.forEach(function (entry) {
      each(entry[0], function (element) {
        element.setAttribute(attributeOf(element, entry[1]), entry[korean ? 3 : 2]);
      });
    });
    wordCopyButtons(korean);
  }

  /* Keep the choice, and the paragraph the reader was at where it was. */
  function choose(mode) {
    var anchor = firstInView();
    var before = anchor ? anchor.getBoundingClientRect().top : 0;
    try { localStorage.setItem(KEY, mode); } catch (error) { /* kept for this page only */ }
    var address = new URL(location.href);
    if (address.searchParams.has("lang")) {
      // A reload should not undo the choice.
      address.searchParams.set("lang", mode);
      history.replaceState(history.state, "", address);
    }
    show(mode);
    if (anchor) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
  }

  function firstInView() {
    var marks = document.querySelectorAll("article .bi-pair, article h2, article div.cell");
    for (var index = 0; index < marks.length; index += 1) {
      if (marks[index].getBoundingClientRect().bottom > 60) return marks[index];
    }
    return null;
  }

  function onKey(event) {
    if (event.key !== "l" && event.key !== "L" && event.key !== "ㅣ") return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    var typing = "input, textarea, select, [contenteditable]:not([contenteditable=false])";
    if (event.target.closest && event.target.closest(typing)) return;
    choose(MODES[(MODES.indexOf(root.dataset.lang) + 1) % MODES.length]);
  }

  function start() {
    nameLooseWords();
    each(".bi-switch", function (group) { group.hidden = false; });
    each("[data-set-lang]", function (button) {
      button.addEventListener("click", function () { choose(button.dataset.setLang); });
    });
    document.addEventListener("keydown", onKey);
    show(root.dataset.lang);
    // Copy buttons and tooltips are made after this script has run.
    window.addEventListener("load", function () { show(root.dataset.lang); });
    // Another tab of the same site: follow it.
    window.addEventListener("storage", function (event) {
      if (event.key === KEY && MODES.indexOf(event.newValue) >= 0) show(event.newValue);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
