/* Take a query apart as the index was: Latin words, and Korean ones along what is in the index.
   A word's longest beginning that is known counts, and what follows it is a particle, an ending
   or the next part of a compound: 생성자가 is 생성자, 학습하는 is 학습, 나눈다 is 나누다. */
var splitQuery = (function () {
  "use strict";

  var HANGUL = /[가-힣]/;
  // Longest first: what may follow a noun without being a word.
  var PARTICLE = new RegExp(
    "(?:으로부터|이라고|에서는|에서도|에게서|로부터|이라는|이란|라는|라고|까지|부터|처럼|보다|마다" +
    "|에서|에게|으로|이나|이며|이고|하고|한테|조차|마저|밖에|이다|입니다|과|와|은|는|이|가|을|를" +
    "|의|에|로|도|만|나|며|고|란)$"
  );
  // In letters, since an ending may begin inside the stem's last syllable.
  var ENDING = new RegExp(
    "^[\u11ab\u11af\u11b8\u11b7\u11bb]?(?:" + (
      "다,는다,니다,습니다,는,은,을,던,고,지,면,며,서,어,아,여,려,러,자,게,도록,기,음,"
      + "었,았,였,겠,시,어야,아야,라,요,세요"
    ).split(",").map(function (ending) { return ending.normalize("NFD"); }).join("|") + ")*$"
  );
  var USUAL = 3;  // times as many pages
  var verbs = null;

  /* On how many pages a word stands. */
  function pages(word) {
    if (Search._index === null) return 0;
    return ["terms", "titleterms"].reduce(function (sum, name) {
      var found = Search._index[name];
      return sum + (Object.hasOwn(found, word) ? [].concat(found[word]).length : 0);
    }, 0);
  }

  function known(word) {
    return pages(word) > 0;
  }

  /* Verbs of the index as letters: the end of 나누 and the ending of 나눈다 share a syllable. */
  function verbLetters() {
    if (verbs !== null || Search._index === null) return verbs || [];
    var words = Object.keys(Search._index.terms).concat(Object.keys(Search._index.titleterms));
    verbs = words
      .filter(function (word) { return word.length > 1 && HANGUL.test(word) && word.endsWith("다"); })
      .map(function (word) { return [word, word.slice(0, -1).normalize("NFD")]; });
    return verbs;
  }

  function verb(word) {
    var letters = word.normalize("NFD"), best = ["", ""];
    verbLetters().forEach(function (entry) {
      var fits = letters.startsWith(entry[1]) && entry[1].length > best[1].length;
      // A stem of one syllable begins many words that are no verbs.
      if (fits && (entry[0].length > 2 || ENDING.test(letters.slice(entry[1].length)))) {
        best = entry;
      }
    });
    return best[0];
  }

  function korean(word) {
    // 수의 is a word, yet most often it is 수 and a particle.
    var bare = word.replace(PARTICLE, "");
    if (bare && pages(bare) > USUAL * pages(word)) return [bare];
    for (var length = word.length; length > 0; length -= 1) {
      var head = word.slice(0, length);
      if (!known(head)) continue;
      // One syllable begins too many words: it counts alone or with a particle.
      if (length === 1 && word.slice(1).replace(PARTICLE, "") !== "") continue;
      var inflected = length < 2 ? verb(word) : "";
      if (inflected.length > length + 1) return [inflected];
      var rest = word.slice(length);
      return rest && HANGUL.test(rest) ? [head].concat(later(rest)) : [head];
    }
    var found = verb(word);
    if (found) return [found];
    // Not in the book: look for it all the same, so that the answer is honest.
    return [word.replace(PARTICLE, "") || word];
  }

  /* The next parts of a compound; nothing for particles and endings. */
  function later(rest) {
    if (rest.replace(PARTICLE, "") === "") return [];
    for (var length = rest.length; length > 1; length -= 1) {
      var head = rest.slice(0, length);
      if (known(head)) return [head].concat(later(rest.slice(length)));
    }
    return [];
  }

  return function (query) {
    query = query.normalize("NFC");  // a Mac may give the letters of a syllable one by one
    var parts = query.match(/[가-힣]+|[\p{L}\p{N}_]+?(?=[가-힣]|[^\p{L}\p{N}_]|$)/gu) || [];
    var found = [], place = 0;
    parts.forEach(function (part) {
      var at = query.indexOf(part, place), follows = at === place && place > 0;
      place = at + part.length;
      if (!HANGUL.test(part)) found.push(part);
      else if (!(follows && part.replace(PARTICLE, "") === "")) found.push.apply(found, korean(part));
    });
    return found;
  };
})();
