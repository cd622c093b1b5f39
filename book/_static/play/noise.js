/* Press for another sample in which there is nothing to find, and count how often it is found. */
"use strict";

hcc.noise = (() => {
  const ALPHA = 0.05;
  const sum = (list) => list.reduce((all, x) => all + x, 0);

  // The same seed, the same numbers: mulberry32, and the polar method for normal ones.
  function generator(seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    const normal = () => {
      for (;;) {
        const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
        const s = u * u + v * v;
        if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
      }
    };
    return { uniform, normal };
  }

  // Pearson's chi-square test of a 2×2 table, without correction.
  function chiSquare(a, b, c, d) {
    const n = a + b + c + d;
    const margins = (a + b) * (c + d) * (a + c) * (b + d);
    return margins ? hcc.chi2Upper((n * (a * d - b * c) ** 2) / margins, 1) : 1;
  }
  // Student's t test of two groups.
  function tTest(x, y) {
    const [mx, my] = [x, y].map((group) => sum(group) / group.length);
    const df = x.length + y.length - 2;
    const squares = sum(x.map((v) => (v - mx) ** 2)) + sum(y.map((v) => (v - my) ** 2));
    const error = Math.sqrt((squares / df) * (1 / x.length + 1 / y.length));
    return hcc.tTwoSided((mx - my) / error, df);
  }

  const draw = (random, n) => Array.from({ length: n }, random.normal);
  // Every cut that leaves a tenth on either side; the outcome is that of half the patients.
  function cutoff(random, { patients = 60 }) {
    const marker = draw(random, patients);
    const order = marker.map((_, i) => i).sort((i, j) => marker[i] - marker[j]);
    const ill = order.map((i) => i % 2);
    const total = sum(ill);
    const p = [];
    let below = 0;
    for (let k = 1; k < patients; k += 1) {
      below += ill[k - 1];
      const few = Math.min(k, patients - k) < patients / 10;
      if (!few) p.push(chiSquare(below, k - below, total - below, patients - k - total + below));
    }
    return { p, found: Math.min(...p) < ALPHA, marker };
  }
  // Candidates that know nothing, each tried by a t test.
  function predictor(random, { patients = 60, candidates = 20 }) {
    const values = Array.from({ length: candidates }, () => draw(random, patients));
    const p = values.map((x) => tTest(x.filter((_, i) => i % 2), x.filter((_, i) => !(i % 2))));
    return { p, found: Math.min(...p) < ALPHA, values };
  }
  // One and the same effect in two groups, of which one has twice the patients of the other.
  function interaction(random, { patients = 60, effect = 0.75 }) {
    const values = [];
    const p = [(2 * patients) / 3, patients / 3].map((size) => {
      const [treated, others] = [draw(random, size / 2).map((x) => x + effect), draw(random, size / 2)];
      values.push(treated, others);
      return tTest(treated, others);
    });
    return { p, found: p[0] < ALPHA !== p[1] < ALPHA, values };
  }

  const KINDS = {
    cutoff: [cutoff, "a cut-off of a marker that knows nothing", "cut-offs tried; the best has", "a cut-off with P < 0.05"],
    predictor: [predictor, "a predictor among twenty that know nothing", "candidates tried; the best has", "a predictor with P < 0.05"],
    interaction: [interaction, "an effect in one subgroup and not in the other, though it is the same", "subgroups; the smaller P is", "“significant here, not there”"],
  };

  // The P values of a sample on a line from 0 to 1: crosses below 0.05, circles above.
  function picture(p) {
    const x = (value) => 16 + 306 * value;
    const svg = hcc.draw("svg", { viewBox: "0 0 340 60", "aria-hidden": "true", focusable: "false" });
    svg.append(
      hcc.draw("line", { class: "axis", x1: x(0), x2: x(1), y1: 40, y2: 40 }),
      hcc.draw("line", { class: "axis", x1: x(ALPHA), x2: x(ALPHA), y1: 6, y2: 44 }),
    );
    p.forEach((value, i) => {
      const [cx, cy] = [x(value), 14 + 18 * ((i * 7) % 10) / 10];
      svg.append(
        value < ALPHA
          ? hcc.draw("path", { class: "curve", d: `M${cx - 3} ${cy - 3}l6 6m0-6l-6 6` })
          : hcc.draw("circle", { class: "bar", cx, cy, r: 2.5 }),
      );
    });
    svg.append(hcc.draw("text", { class: "tick", x: 6, y: 44 }, "P"));
    for (const at of [ALPHA, 0.25, 0.5, 0.75, 1])
      svg.append(hcc.draw("text", { class: "tick", x: x(at), y: 57 }, String(at)));
    return svg;
  }

  function start(panel, { kind = "cutoff" }) {
    const choice = hcc.control("What does chance find?", {}, Object.entries(KINDS).map(([key, [, words]]) => [key, words]));
    choice.field.value = kind;
    const { line, tell } = hcc.teller();
    const drawing = hcc.make("div", { class: "hcc-drawing" });
    const buttons = [["Another sample", 1], ["A hundred more", 100], ["Start again", 0]].map(([words, times]) => {
      const button = hcc.make("button", { type: "button" }, words);
      button.addEventListener("click", () => press(times));
      return button;
    });
    let tried = 0;
    let hits = 0;
    function press(times) {
      if (!times) tried = hits = 0;
      const [sample, , tests, what] = KINDS[choice.field.value];
      let last;
      for (let k = 0; k < Math.max(times, 1); k += 1) {
        tried += 1;
        last = sample(generator(tried), {});
        hits += last.found;
      }
      drawing.replaceChildren(picture(last.p));
      const of = tried === 1 ? "1 sample" : `${tried} samples`;
      tell(
        `Sample ${tried}: ${last.p.length} ${tests} ${hcc.pValue(Math.min(...last.p))}. ` +
          `So far ${hits} of ${of} (${Math.round((100 * hits) / tried)} %) found ${what}.`,
      );
    }
    choice.field.addEventListener("input", () => press(0));
    panel.append(hcc.make("div", { class: "hcc-controls" }, choice.line, ...buttons), line, drawing);
    press(0);
  }

  return { generator, chiSquare, tTest, cutoff, predictor, interaction, start };
})();
hcc.play("noise", hcc.noise.start);
