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
