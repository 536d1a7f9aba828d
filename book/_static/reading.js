/* Pages read: marked in the chapter list, kept in this browser only. */
(function () {
  "use strict";

  var KEY = "side-by-side-read";
  var STAY = 1000; // milliseconds that the end of a page must be in view
  var root = document.documentElement;
  var base = new URL(root.dataset.content_root || "./", location.href);

  /* The path of a page below the site's own root: the same from a server and from a disk. */
  function pageOf(address) {
    var url = new URL(address, location.href);
    if (url.href.indexOf(base.href) !== 0) return null;
    return decodeURIComponent(url.pathname.slice(base.pathname.length)) || "index.html";
  }

  function load() {
    try {
      var kept = JSON.parse(localStorage.getItem(KEY));
      return new Set(Array.isArray(kept) ? kept : []);
    } catch (error) { return new Set(); }
  }

  function save(read) {
    try { localStorage.setItem(KEY, JSON.stringify(Array.from(read).sort())); }
    catch (error) { /* storage may be forbidden; the mark then lasts for this page only */ }
  }

  var here = pageOf(location.href);
  var read = load();
  var links = Array.prototype.filter.call(
    document.querySelectorAll(".bd-docs-nav li:not(.bd-sidenav__home-link > li) > a[href]"),
    function (link) { return pageOf(link.href) !== null && pageOf(link.href) !== "index.html"; }
  );
  var chapters = new Set(links.map(function (link) { return pageOf(link.href); }));
  var button = document.querySelector(".reading-mark");
  var progress = document.querySelector(".reading-progress");

  /* Words for readers who do not see the tick. */
  function tick(link, isRead) {
    var mark = link.querySelector(".reading-tick");
    if (isRead && !mark) {
      mark = document.createElement("span");
      mark.className = "reading-tick";
      mark.innerHTML = '<span class="bi-en" lang="en">(read)</span>' +
        '<span class="bi-ko" lang="ko">(읽음)</span>';
      link.appendChild(mark);
    } else if (!isRead && mark) {
      mark.remove();
    }
  }

  function show() {
    links.forEach(function (link) { tick(link, read.has(pageOf(link.href))); });
    if (button) {
      var done = read.has(here);
      button.setAttribute("aria-pressed", String(done));
    }
    if (!progress) return;
    var count = Array.from(chapters).filter(function (page) { return read.has(page); }).length;
    progress.querySelector(".bi-en").textContent =
      count + " of " + chapters.size + " pages read";
    progress.querySelector(".bi-ko").textContent =
      chapters.size + "쪽 가운데 " + count + "쪽 읽음";
    var share = chapters.size ? count / chapters.size : 0;
    progress.querySelector(".reading-bar > span").style.width = 100 * share + "%";
    progress.hidden = false;
  }

  function set(isRead) {
    // Another tab may have marked other pages since.
    read = load();
    if (isRead) read.add(here);
    else read.delete(here);
    save(read);
    show();
  }

  /* Mark the page once its end has been in view; what the reader sets by hand stays. */
  function watchTheEnd() {
    var end = document.querySelector(".reading-end");
    if (!end || !window.IntersectionObserver) return null;
    var timer = 0;
    var observer = new IntersectionObserver(function (entries) {
      clearTimeout(timer);
      if (!entries[entries.length - 1].isIntersecting) return;
      timer = setTimeout(function () { observer.disconnect(); set(true); }, STAY);
    });
    observer.observe(end);
    return function () { clearTimeout(timer); observer.disconnect(); };
  }

  show();
  if (button && chapters.has(here)) {
    button.hidden = false;
    var stop = read.has(here) ? null : watchTheEnd();
    button.addEventListener("click", function () {
      if (stop) stop();
      set(!read.has(here));
    });
  }
  window.addEventListener("storage", function (event) {
    if (event.key !== KEY) return;
    read = load();
    show();
  });

  /* What scrolls must scroll by keyboard, too; the rest needs no stop of its own. The theme's
     own script for this lays out the whole page, and is left out: see book/_ext/bundles. */
  var SCROLLERS = "pre, div.math, .pst-scrollable-table-container, .cell_output > .output," +
    " .bd-article .output table, .katex-display, .sd-card-body, .text_html, .bi-drawing";

  // Told of sizes as they are drawn: to ask for them would lay out what nobody sees yet.
  var sizes = new ResizeObserver(function (entries) {
    var wide = entries.map(function (entry) {
      var box = entry.target;
      return box.scrollWidth > box.clientWidth + 1 ||
        box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY !== "visible";
    });
    entries.forEach(function (entry, index) {
      if (wide[index]) entry.target.tabIndex = 0;
      else if (entry.target.getAttribute("tabindex") === "0") {
        entry.target.removeAttribute("tabindex");
      }
    });
  });
  document.querySelectorAll(SCROLLERS).forEach(function (box) { sizes.observe(box); });

  /* The sections that look.css leaves out at first: laid out bit by bit when there is time, and
     all at once for whoever goes to a place in the page or to its end, or prints it. */
  var folded = Array.from(document.querySelectorAll(".bd-article > section > section"));
  var pieces = [];
  var ROOM = 12; // milliseconds of an idle period that another piece may take
  var whenIdle = window.requestIdleCallback || function (step) {
    setTimeout(function () {
      var end = performance.now() + 2 * ROOM;
      step({ timeRemaining: function () { return end - performance.now(); } });
    }, 30);
  };

  function unfoldAll() {
    if (!root.classList.contains("bi-unfolding")) return;
    root.classList.remove("bi-unfolding");
    document.querySelectorAll(".bd-article > section > section").forEach(function (section) {
      section.style.contentVisibility = "";
    });
    pieces.forEach(function (piece) { piece.classList.remove("bi-folded"); });
    pieces = [];
  }

  /* A section of much maths is too much for one step: its parts come one after another. */
  function openSection(section) {
    if (section.getBoundingClientRect().top > window.innerHeight) {
      pieces = Array.from(section.querySelectorAll(":scope > *, :scope section > *"))
        .filter(function (part) { return part.tagName !== "SECTION"; });
      pieces.forEach(function (piece) { piece.classList.add("bi-folded"); });
    }
    section.style.contentVisibility = "visible";
  }

  function unfoldNext(idle) {
    if (!root.classList.contains("bi-unfolding")) return;
    do {
      if (!pieces.length) {
        if (!folded.length) return unfoldAll();
        openSection(folded.shift());
      }
      if (pieces.length) {
        var piece = pieces.shift();
        piece.classList.remove("bi-folded");
        piece.getBoundingClientRect(); // laid out now, so that the time it takes is counted
      }
    } while (idle.timeRemaining() > ROOM);
    whenIdle(unfoldNext, { timeout: 500 });
  }

  window.addEventListener("load", function () { whenIdle(unfoldNext, { timeout: 500 }); });
  window.addEventListener("hashchange", unfoldAll);
  window.addEventListener("beforeprint", unfoldAll);
  document.addEventListener("keydown", function (event) {
    if (event.key === "End") unfoldAll();
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href*='#']");
    if (link && link.pathname === location.pathname) unfoldAll();
  }, true);

  /* On paper: everything unfolded, in the light theme, every picture loaded. */
  var before = null;
  window.addEventListener("beforeprint", function () {
    if (before) return;
    before = { theme: root.dataset.theme, closed: [] };
    root.dataset.theme = "light";
    document.querySelectorAll("article details:not([open])").forEach(function (fold) {
      fold.open = true;
      before.closed.push(fold);
    });
    document.querySelectorAll("article img[loading=lazy]").forEach(function (picture) {
      picture.loading = "eager";
    });
  });
  window.addEventListener("afterprint", function () {
    if (!before) return;
    root.dataset.theme = before.theme;
    before.closed.forEach(function (fold) { fold.open = false; });
    before = null;
  });
})();
