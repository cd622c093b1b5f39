/* Parts of a page that a reader can play with: elements .hcc-play with data-play and, from a
   notebook, data-given (JSON). Without JavaScript the table inside stands alone. Nothing is
   fetched. What a part computes is under window.hcc, so that tests compare it with Python. */
"use strict";

window.hcc = (() => {
  // --- Distributions: series and continued fractions of Numerical Recipes, to about 1e-14.
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
    -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
    1.5056327351493116e-7,
  ];

  function logGamma(x) {
    if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
    const t = x + 6.5;
    const sum = LANCZOS.reduce((all, c, k) => all + (k ? c / (x - 1 + k) : c), 0);
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
  }

  // A continued fraction by Lentz; term(k) gives its k-th pair of numerator and denominator.
  function fraction(first, term) {
    const tiny = 1e-300;
    let f = first || tiny;
    let c = f;
    let d = 0;
    for (let k = 1; k < 2000; k += 1) {
      const [a, b] = term(k);
      d = 1 / (b + a * d || tiny);
      c = b + a / c || tiny;
      f *= c * d;
      if (Math.abs(c * d - 1) < 1e-16) break;
    }
    return f;
  }

  // The upper part of the incomplete gamma function, Q(a, x).
  function gammaUpper(a, x) {
    if (!(x > 0)) return 1;
    const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
    if (x < a + 1) {
      let sum = 1 / a;
      for (let term = sum, k = 1; k < 2000 && term > sum * 1e-17; k += 1) {
        term *= x / (a + k);
        sum += term;
      }
      return 1 - scale * sum;
    }
    return scale / fraction(x + 1 - a, (k) => [-k * (k - a), x + 2 * k + 1 - a]);
  }

  // The incomplete beta function I_x(a, b), given 1 - x as well so that no digit is lost.
  function beta(a, b, x, y = 1 - x) {
    if (x <= 0 || y <= 0) return x <= 0 ? 0 : 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(b, a, y, x);
    const front = a * Math.log(x) + b * Math.log(y) + logGamma(a + b) - logGamma(a) - logGamma(b);
    const term = (k) => {
      const m = Math.floor((k - 1) / 2);
      if (k === 1) return [1, 1];
      if (k % 2) return [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), 1];
      return [(-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)), 1];
    };
    return (Math.exp(front) / a) * fraction(0, term);
  }

  const chi2Upper = (x, df) => gammaUpper(df / 2, x / 2);
  const normalUpper = (z) => (z < 0 ? 1 - normalUpper(-z) : gammaUpper(0.5, (z * z) / 2) / 2);
  const tTwoSided = (t, df) => beta(df / 2, 0.5, df / (df + t * t), (t * t) / (df + t * t));

  // The place where a falling function has a value, between two places.
  function root(fall, value, low, high) {
    for (let k = 0; k < 200 && high - low > 1e-15 * Math.abs(high); k += 1) {
      const middle = (low + high) / 2;
      if (fall(middle) > value) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  const normalLimit = (level = 0.95) => root(normalUpper, (1 - level) / 2, 0, 40);
  const tLimit = (df, level = 0.95) => root((t) => tTwoSided(t, df), 1 - level, 0, 1e6);

  // --- Words and elements.
  const number = (x, digits = 2) =>
    Number.isFinite(x) ? x.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−") : "–";
  const pValue = (p) => (p < 0.001 ? "P < 0.001" : `P = ${p.toFixed(p < 0.1 ? 3 : 2)}`);

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  const make = (tag, attributes = {}, ...children) =>
    fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes = {}, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  let count = 0;
  // A control with its label; options are pairs of value and words.
  function control(label, attributes, options) {
    const id = `hcc-part-${(count += 1)}`;
    const field = make(options ? "select" : "input", { id, ...attributes });
    for (const [value, words] of options ?? []) field.append(make("option", { value }, words));
    const tick = attributes.type === "checkbox";
    const words = make("label", { for: id }, label);
    return { field, line: make("p", {}, ...(tick ? [field, words] : [words, field])) };
  }
  // What changed, said to those who listen once the reader has paused.
  function teller() {
    const line = make("p", { role: "status", class: "hcc-said" });
    let waiting;
    const tell = (words) => {
      clearTimeout(waiting);
      if (!line.textContent) line.textContent = words;
      else waiting = setTimeout(() => (line.textContent = words), 150);
    };
    return { line, tell };
  }

  // Run a part in each of its places. The table that stands there goes into a fold-out.
  function play(name, start) {
    for (const box of document.querySelectorAll(`.hcc-play[data-play="${name}"]`)) {
      const held = [...box.childNodes];
      const about = make("p", { class: "hcc-about" });
      // What the table says of itself, such as that its patients are synthetic, stays in view.
      about.innerHTML = box.querySelector("caption").innerHTML;
      const panel = make("div", { class: "hcc-panel", role: "group", "aria-label": about.textContent });
      start(panel, JSON.parse(box.dataset.given ?? "{}"), box);
      const table = make("details", {}, make("summary", {}, "The table without controls"), ...held);
      box.replaceChildren(about, panel, table);
      box.classList.add("hcc-live");
    }
  }

  return {
    logGamma, gammaUpper, beta, chi2Upper, normalUpper, tTwoSided, root, normalLimit, tLimit,
    number, pValue, make, draw, control, teller, play,
  };
})();
