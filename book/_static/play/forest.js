/* A forest plot to play with: leave studies out, turn one round, change the model. */
"use strict";

hcc.forest = (() => {
  const sum = (list) => list.reduce((all, x) => all + x, 0);

  function weighted(y, v, tau2) {
    const w = v.map((x) => 1 / (x + tau2));
    return { w, total: sum(w), mean: sum(w.map((x, i) => x * y[i])) / sum(w) };
  }
  const q = (y, v, tau2) => {
    const { w, mean } = weighted(y, v, tau2);
    return sum(w.map((x, i) => x * (y[i] - mean) ** 2));
  };

  // DerSimonian and Laird (1986).
  function dl(y, v) {
    const w = v.map((x) => 1 / x);
    const c = sum(w) - sum(w.map((x) => x * x)) / sum(w);
    return Math.max(0, (q(y, v, 0) - (y.length - 1)) / c);
  }
  // Paule and Mandel (1982): where the general Q is the number of studies less one.
  function pm(y, v) {
    const df = y.length - 1;
    if (q(y, v, 0) <= df) return 0;
    let high = 1;
    while (q(y, v, high) > df) high *= 2;
    return hcc.root((x) => q(y, v, x), df, 0, high);
  }
  // Restricted maximum likelihood: the highest of its maxima, by the sign of its slope.
  function reml(y, v) {
    const likelihood = (tau2) => {
      const { w, total } = weighted(y, v, tau2);
      return -0.5 * (-sum(w.map(Math.log)) + Math.log(total) + q(y, v, tau2));
    };
    const slope = (tau2) => {
      const { w, total, mean } = weighted(y, v, tau2);
      return sum(w.map((x, i) => x * x * (y[i] - mean) ** 2 - x)) + sum(w.map((x) => x * x)) / total;
    };
    const most = 10 * (Math.max(...y) - Math.min(...y)) ** 2 + Math.max(...v);
    const grid = [0, ...Array.from({ length: 400 }, (_, i) => most * 10 ** (-8 + i / 50))];
    let best = 0;
    for (let i = 1; i < grid.length; i += 1) {
      if (slope(grid[i - 1]) <= 0 || slope(grid[i]) > 0) continue;
      const top = hcc.root(slope, 0, grid[i - 1], grid[i]);
      if (likelihood(top) > likelihood(best)) best = top;
    }
    return best;
  }
  const METHODS = { fixed: () => 0, dl, pm, reml };

  // Pool log ratios y with standard errors se; interval is "normal" or "hk" (Hartung and Knapp).
  function pool(y, se, method = "dl", interval = "normal") {
    const v = se.map((x) => x * x);
    const df = y.length - 1;
    const tau2 = df ? METHODS[method](y, v) : 0;
    const { w, total, mean } = weighted(y, v, tau2);
    let error = Math.sqrt(1 / total);
    const hk = interval === "hk" && method !== "fixed" && df > 0;
    if (hk) error *= Math.sqrt(sum(w.map((x, i) => x * (y[i] - mean) ** 2)) / df);
    const limit = hk ? hcc.tLimit(df) : hcc.normalLimit();
    const z = mean / error;
    const p = hk ? hcc.tTwoSided(z, df) : 2 * hcc.normalUpper(Math.abs(z));
    const Q = q(y, v, 0);
    const i2 = Q > 0 ? Math.max(0, (100 * (Q - df)) / Q) : 0;
    const qP = df ? hcc.chi2Upper(Q, df) : 1;
    return { value: mean, lower: mean - limit * error, upper: mean + limit * error, p, tau2, q: Q, qP, i2, w };
  }

  const MODELS = [
    ["fixed", "fixed effect"],
    ["dl", "random effects, DerSimonian–Laird"],
    ["pm", "random effects, Paule–Mandel"],
    ["reml", "random effects, REML"],
  ];
  const LIMITS = [["normal", "normal"], ["hk", "Hartung–Knapp"]];

  // A picture of the studies; its words are in the table and in the line that is read out.
  function picture(rows, all) {
    const { draw } = hcc;
    const LINE = 26;
    const height = LINE * (rows.length + 2);
    const shown = rows.filter((row) => row.taken);
    const ends = shown.flatMap((row) => [row.y - 2 * row.se, row.y + 2 * row.se]);
    const [low, high] = [Math.min(Math.log(0.5), ...ends), Math.max(Math.log(2), ...ends)];
    const x = (value) => 60 + (270 * (value - low)) / (high - low);
    const svg = draw("svg", { viewBox: `0 0 340 ${height}`, "aria-hidden": "true", focusable: "false" });
    svg.append(draw("line", { class: "axis", x1: x(0), x2: x(0), y1: 4, y2: height - LINE }));
    const limit = hcc.normalLimit();
    rows.forEach((row, i) => {
      const y = LINE * (i + 0.6);
      svg.append(draw("text", { x: 4, y: y + 4 }, row.name));
      if (!row.taken) return;
      const size = 3 + 7 * Math.sqrt(row.share);
      svg.append(
        draw("line", { class: "bar", x1: x(row.y - limit * row.se), x2: x(row.y + limit * row.se), y1: y, y2: y }),
        draw("rect", { class: row.turned ? "turned" : "dot", x: x(row.y) - size / 2, y: y - size / 2, width: size, height: size }),
      );
    });
    const y = LINE * (rows.length + 0.6);
    const d = `M${x(all.lower)} ${y}L${x(all.value)} ${y - 7}L${x(all.upper)} ${y}L${x(all.value)} ${y + 7}Z`;
    svg.append(draw("text", { x: 4, y: y + 4 }, "pooled"), draw("path", { class: "pooled", d }));
    for (const tick of [0.25, 0.5, 1, 2, 4, 8].filter((t) => Math.log(t) >= low && Math.log(t) <= high))
      svg.append(draw("text", { class: "tick", x: x(Math.log(tick)), y: height - 6 }, String(tick)));
    return svg;
  }

  function start(panel, { studies }) {
    const model = hcc.control("Model", {}, MODELS);
    const limits = hcc.control("Limits", {}, LIMITS);
    model.field.value = "dl";
    const { line, tell } = hcc.teller();
    const drawing = hcc.make("div", { class: "hcc-drawing" });
    const rows = studies.map(({ name, y, se }) => {
      const taken = hcc.make("input", { type: "checkbox", checked: "", "aria-label": `${name}: pool` });
      const turned = hcc.make("input", { type: "checkbox", "aria-label": `${name}: turn round` });
      const cells = ["ratio", "weight"].map(() => hcc.make("td", { class: "number" }));
      return { name, y, se, taken, turned, cells };
    });
    const head = ["study", "pool", "turn round", "ratio (95 % CI)", "weight, %"];
    const table = hcc.make(
      "table",
      { class: "hcc-table" },
      hcc.make("thead", {}, hcc.make("tr", {}, ...head.map((x) => hcc.make("th", { scope: "col" }, x)))),
      hcc.make(
        "tbody",
        {},
        ...rows.map((row) =>
          hcc.make(
            "tr",
            {},
            hcc.make("th", { scope: "row" }, row.name),
            hcc.make("td", {}, row.taken),
            hcc.make("td", {}, row.turned),
            ...row.cells,
          ),
        ),
      ),
    );

    function update() {
      const now = rows.map((row) => ({
        name: row.name,
        y: row.turned.checked ? -row.y : row.y,
        se: row.se,
        taken: row.taken.checked,
        turned: row.turned.checked,
        cells: row.cells,
      }));
      const used = now.filter((row) => row.taken);
      limits.field.disabled = used.length < 2 || model.field.value === "fixed";
      for (const { y, se, cells } of now) {
        const ends = [y, y - hcc.normalLimit() * se, y + hcc.normalLimit() * se].map((v) => hcc.number(Math.exp(v)));
        cells[0].textContent = `${ends[0]} (${ends[1]} to ${ends[2]})`;
        cells[1].textContent = "–";
      }
      if (!used.length) {
        drawing.replaceChildren();
        tell("No study is left to pool. Tick at least one.");
        return;
      }
      const all = pool(used.map((row) => row.y), used.map((row) => row.se), model.field.value, limits.field.value);
      const total = sum(all.w);
      used.forEach((row, i) => {
        row.share = all.w[i] / total;
        row.cells[1].textContent = hcc.number(100 * row.share, 0);
      });
      drawing.replaceChildren(picture(now, all));
      const [ratio, lower, upper] = [all.value, all.lower, all.upper].map((v) => hcc.number(Math.exp(v)));
      const studiesTold = used.length === 1 ? "1 study" : `${used.length} studies`;
      tell(
        `${studiesTold}: ratio ${ratio} (95 % CI ${lower} to ${upper}), ${hcc.pValue(all.p)}; ` +
          `I² ${hcc.number(all.i2, 0)} %, τ² ${hcc.number(all.tau2, 3)}, heterogeneity ${hcc.pValue(all.qP)}.`,
      );
    }
    const reset = hcc.make("button", { type: "button" }, "As it was");
    reset.addEventListener("click", () => {
      for (const row of rows) [row.taken.checked, row.turned.checked] = [true, false];
      [model.field.value, limits.field.value] = ["dl", "normal"];
      update();
    });
    panel.append(hcc.make("div", { class: "hcc-controls" }, model.line, limits.line, reset), line, drawing, table);
    panel.addEventListener("input", update);
    update();
  }

  return { pool, start };
})();
hcc.play("forest", hcc.forest.start);
