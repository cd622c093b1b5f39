/* Slide the cut-off of a marker: 2×2 table, Youden's J, survival curves, log-rank test. */
"use strict";

hcc.cutoff = (() => {
  const sum = (list) => list.reduce((all, x) => all + x, 0);

  // Cut-offs with patients on both sides: a marker at or above one is high.
  const cuts = ({ marker }) => [...new Set(marker)].sort((a, b) => a - b).slice(1);

  function table({ marker, outcome }, cut) {
    const cell = (high, ill) => marker.filter((x, i) => x >= cut === high && Boolean(outcome[i]) === ill).length;
    const [tp, fp, fn, tn] = [cell(true, true), cell(true, false), cell(false, true), cell(false, false)];
    const [sensitivity, specificity] = [tp / (tp + fn), tn / (tn + fp)];
    return { tp, fp, fn, tn, sensitivity, specificity, j: sensitivity + specificity - 1 };
  }
  // The cut-off with the largest J; of equal ones the first, which is the smallest.
  const best = (set) => cuts(set).reduce((top, cut) => (table(set, cut).j > table(set, top).j + 1e-12 ? cut : top));

  // Kaplan and Meier (1958): times of events and the share without one from then on.
  function survival(time, event) {
    const steps = [[0, 1]];
    let share = 1;
    for (const t of [...new Set(time.filter((_, i) => event[i]))].sort((a, b) => a - b)) {
      const risk = time.filter((x) => x >= t).length;
      share *= 1 - time.filter((x, i) => x === t && event[i]).length / risk;
      steps.push([t, share]);
    }
    return steps;
  }
  // The log-rank test of two groups, with the hypergeometric variance.
  function logrank({ marker, time, event }, cut) {
    let [difference, variance] = [0, 0];
    for (const t of new Set(time.filter((_, i) => event[i]))) {
      const risk = time.map((x) => x >= t);
      const dies = time.map((x, i) => x === t && Boolean(event[i]));
      const n = risk.filter(Boolean).length;
      const high = risk.filter((x, i) => x && marker[i] >= cut).length;
      const d = dies.filter(Boolean).length;
      difference += dies.filter((x, i) => x && marker[i] >= cut).length - (d * high) / n;
      if (n > 1) variance += (d * high * (n - high) * (n - d)) / (n * n * (n - 1));
    }
    const statistic = variance ? difference ** 2 / variance : 0;
    return { statistic, p: hcc.chi2Upper(statistic, 1) };
  }

  const group = (set, cut, high) => {
    const taken = set.marker.map((x) => x >= cut === high);
    return ["time", "event"].map((key) => set[key].filter((_, i) => taken[i]));
  };

  // Two curves: solid is high, dashed is low. Their words are in the table and the line read out.
  function picture(set, cut) {
    const { draw } = hcc;
    const last = Math.max(...set.time);
    const [x, y] = [(t) => 34 + (250 * t) / last, (s) => 150 - 136 * s];
    const svg = draw("svg", { viewBox: "0 0 340 186", "aria-hidden": "true", focusable: "false" });
    svg.append(draw("path", { class: "axis", d: `M${x(0)} ${y(1)}V${y(0)}H${x(last)}` }));
    for (const s of [0, 0.5, 1]) svg.append(draw("text", { x: 4, y: y(s) + 4 }, s.toFixed(1)));
    for (const part of [0, 0.5, 1]) svg.append(draw("text", { class: "tick", x: x(part * last), y: 166 }, hcc.number(part * last, 0)));
    svg.append(draw("text", { class: "tick", x: x(last / 2), y: 182 }, set.unit));
    const ends = [true, false].map((high) => {
      const [time, event] = group(set, cut, high);
      const steps = survival(time, event);
      const line = steps.map(([t, s], i) => (i ? `H${x(t)}V${y(s)}` : `M${x(t)} ${y(s)}`)).join("");
      svg.append(draw("path", { class: high ? "curve" : "curve dashed", d: `${line}H${x(Math.max(...time))}` }));
      return y(steps.at(-1)[1]) + 4;
    });
    // Labels at the ends keep apart, and above the axis.
    if (Math.abs(ends[0] - ends[1]) < 14) ends[ends[0] < ends[1] ? 0 : 1] = Math.max(...ends) - 14;
    svg.append(draw("text", { x: 290, y: ends[0] }, "high"), draw("text", { x: 290, y: ends[1] }, "low"));
    return svg;
  }

  function start(panel, { sets }) {
    const choice = hcc.control("Marker", {}, sets.map(({ name }, i) => [i, name]));
    const slider = hcc.control("Cut-off", { type: "range", min: 0, step: 1 });
    const jump = hcc.make("button", { type: "button" }, "To the largest J");
    const { line, tell } = hcc.teller();
    const drawing = hcc.make("div", { class: "hcc-drawing" });
    const cells = Object.fromEntries(["tp", "fp", "fn", "tn"].map((key) => [key, hcc.make("td", { class: "number" })]));
    const row = (name, ...keys) => hcc.make("tr", {}, hcc.make("th", { scope: "row" }, name), ...keys.map((key) => cells[key]));
    const heads = [hcc.make("td"), hcc.make("th", { scope: "col" }), hcc.make("th", { scope: "col" })];
    const counts = hcc.make(
      "table",
      { class: "hcc-table" },
      hcc.make("thead", {}, hcc.make("tr", {}, ...heads)),
      hcc.make("tbody", {}, row("high", "tp", "fp"), row("low", "fn", "tn")),
    );
    let set, places, top;
    function update() {
      const cut = places[slider.field.value];
      const found = table(set, cut);
      for (const [key, cell] of Object.entries(cells)) cell.textContent = found[key];
      const words = `cut-off ${hcc.number(cut)}`;
      slider.field.setAttribute("aria-valuetext", words);
      drawing.replaceChildren(picture(set, cut));
      const per = (share) => `${hcc.number(100 * share, 0)} %`;
      const chosen = cut === top;
      const told = chosen
        ? ` No other cut-off has a larger J. By the bootstrap ${hcc.number(set.optimism)} of it is optimism.`
        : "";
      tell(
        `C${words.slice(1)}: ${found.tp + found.fp} high, ${found.fn + found.tn} low. ` +
          `Sensitivity ${per(found.sensitivity)}, specificity ${per(found.specificity)}, J = ${hcc.number(found.j)}. ` +
          `Log-rank ${hcc.pValue(logrank(set, cut).p)}.${told}`,
      );
    }
    function choose() {
      set = sets[choice.field.value];
      [places, top] = [cuts(set), best(set)];
      slider.field.max = places.length - 1;
      slider.field.value = Math.floor(places.length / 2);
      [heads[1].textContent, heads[2].textContent] = [set.outcomes[1], set.outcomes[0]];
      update();
    }
    choice.field.addEventListener("input", choose);
    slider.field.addEventListener("input", update);
    jump.addEventListener("click", () => {
      slider.field.value = places.indexOf(top);
      update();
    });
    panel.append(hcc.make("div", { class: "hcc-controls" }, choice.line, jump), slider.line, line, drawing, counts);
    choose();
  }

  return { cuts, table, best, survival, logrank, start };
})();
hcc.play("cutoff", hcc.cutoff.start);
