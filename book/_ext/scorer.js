/* Pages are scored as ever; but chapters come before lists, and the API comes last. */
const LESS = { "book/bibliography": 10, "book/data-dictionary": 10 };
var Scorer = {
  score: ([docname, , , , score]) => score - (docname.startsWith("book/api") ? 1000 : LESS[docname] ?? 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
/* A hit in the scorecard leads to the lines of the printed number that was looked for. */
for (const event of ["focusin", "pointerover"]) {
  document.addEventListener(event, ({ target }) => {
    const link = target.closest("#search-results a[href$='/scorecard.html']");
    const query = new URLSearchParams(location.search).get("q") ?? "";
    const number = query.match(/(?<![\d.])\d+[.\u00b7]\d+(?![\d.])/);
    if (link && number) link.hash = `text=${number[0].replace("\u00b7", ".")}`;
  });
}
