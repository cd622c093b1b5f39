/* Check your own printed numbers. Boxes of rounding are exact fractions, both ends belong; what is
   no fraction has the margin of the package, hccbook.audit, whose verdicts these are. */
"use strict";

hcc.checker = (() => {
  const MARGIN = 1e-9;
  const FITS = "fits";
  const NOT = "does not fit";
  const FREE = "cannot be told";

  class Wrong extends Error {}

  // --- Exact fractions, as [numerator, denominator above 0].
  const less = (a, b) => a[0] * b[1] < b[0] * a[1];
  const ratio = (a) => Number(a[0]) / Number(a[1]);
  const floor = (a, b) => (a >= 0n ? a / b : -((-a + b - 1n) / b));
  const ceil = (a, b) => -floor(-a, b);

  // A printed number: its value, its decimals, and the closed box of what prints so.
  function printed(text, name) {
    const plain = text.trim().replace(/[\u00b7,]/g, ".").replace(/[−–‐‑]/g, "-").replace(/\s*%$/, "");
    const found = plain.match(/^([<>≤≥]?)\s*(-?)(\d*)(?:\.(\d+))?$/);
    if (!found || !(found[3] || found[4])) throw new Wrong(`${name}: type a number as it is printed, such as 0.05 or < 0.001.`);
    const [, relation, sign, whole, part = ""] = found;
    if (part.length > 9) throw new Wrong(`${name}: nine decimals at most.`);
    const unit = 10n ** BigInt(part.length);
    const value = BigInt(`${sign}${whole}${part}`);
    const open = relation ? ("<≤".includes(relation) ? "<" : ">") : "=";
    const low = open === "=" ? [2n * value - 1n, 2n * unit] : open === ">" ? [value, unit] : null;
    const high = open === "=" ? [2n * value + 1n, 2n * unit] : open === "<" ? [value, unit] : null;
    return {
      text: plain, open, value: [value, unit], decimals: part.length, low, high,
      at: ratio([value, unit]), from: low ? ratio(low) : -Infinity, to: high ? ratio(high) : Infinity,
    };
  }
  function plainNumber(text, name, { least = -Infinity, most = Infinity } = {}) {
    const number = printed(text, name);
    if (number.open !== "=") throw new Wrong(`${name}: a number without < or > is needed.`);
    if (number.to < least || number.from > most) throw new Wrong(`${name}: expected from ${least} to ${most}.`);
    return number;
  }
  function whole(text, name, least = 0, most = 1e6) {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) throw new Wrong(`${name}: type a whole number from ${least} to ${most}.`);
    return value;
  }

  // Whether a range of floats and a box meet, with the margin outward.
  const out = (x, side) => x * (1 + Math.sign(side * x) * MARGIN);
  const meets = (low, high, number) => !(out(low, -1) > number.to || out(high, 1) < number.from);
  const short = (x) => (x === 0 ? "0" : x >= 0.001 && x < 1e4 ? String(Number(x.toPrecision(2))) : x.toExponential(1));
  const range = (low, high) => (short(low) === short(high) ? short(low) : `${short(low)} to ${short(high)}`);

  // Whether above of n prints as a percentage.
  function isShare(number, above, n) {
    const share = [100n * BigInt(above), BigInt(n)];
    return !(number.low && less(share, number.low)) && !(number.high && less(number.high, share));
  }

  function percentage({ percent, count, n }) {
    const number = printed(percent, "Percentage");
    const size = whole(n, "Group", 1);
    const above = whole(count, "Count", 0, size);
    const fits = isShare(number, above, size);
    const others = [];
    for (let k = 0; k <= size && others.length < 4; k += 1) if (isShare(number, k, size)) others.push(k);
    const exact = `${above} of ${size} is ${((100 * above) / size).toFixed(number.decimals + 2)} %.`;
    const told = fits ? "" : others.length ? ` A count of ${others.slice(0, 3).join(", ")}${others[3] ? " …" : ""} would fit.` : ` No count of ${size} prints so.`;
    return { verdict: fits ? FITS : NOT, told: exact + told };
  }

  function interval({ estimate, lower, upper, p }) {
    const ratios = [[estimate, "Ratio"], [lower, "Lower limit"], [upper, "Upper limit"]];
    const [r, a, b] = ratios.map(([text, name]) => plainNumber(text, name));
    for (const [x, name] of [[r, "Ratio"], [a, "Lower limit"], [b, "Upper limit"]])
      if (!(x.from > 0)) throw new Wrong(`${name}: a ratio is above 0, its rounding included.`);
    if (a.at > b.at) throw new Wrong("Lower limit: it is above the upper one.");
    const number = printed(p, "P value");
    const z95 = 2 * hcc.normalLimit();
    const width = (from, to) => Math.max(Math.log(to) - Math.log(from), 0) / z95;
    const error = [width(a.to, b.from), width(a.from, b.to)];
    const logs = [r.from, r.to].map(Math.log);
    const size = [logs[0] < 0 && logs[1] > 0 ? 0 : Math.min(...logs.map(Math.abs)), Math.max(...logs.map(Math.abs))];
    const pOf = (x, s) => 2 * hcc.normalUpper(s ? x / s : Infinity);
    const [low, high] = [pOf(size[1], error[0]), pOf(size[0], error[1])];
    const fits = number.from <= 1 && number.to >= 0 && meets(low, high, number);
    return { verdict: fits ? FITS : NOT, told: `Such an interval goes with P from ${range(low, high)}, by the usual two-sided test.`, low, high };
  }

  // GRIM and GRIMMER: sums and sums of squares of whole numbers are whole.
  function mean({ mean: m, sd, n }) {
    const middle = plainNumber(m, "Mean");
    const size = whole(n, "Group", 5, 1e5);
    const N = BigInt(size);
    const sums = [];
    for (let s = ceil(N * middle.low[0], middle.low[1]); s * middle.high[1] <= N * middle.high[0]; s += 1n) sums.push(s);
    if (!sums.length) {
      const near = BigInt(Math.round(size * middle.at));
      return { verdict: NOT, told: `No sum of ${size} whole numbers gives this mean: ${near} / ${size} = ${(Number(near) / size).toFixed(middle.decimals + 2)}.` };
    }
    const grimFree = size >= 10 ** middle.decimals;
    if (!sd.trim()) {
      const told = grimFree ? `${size} whole numbers can have any mean with so few decimals.` : `A sum of ${sums[0]} gives this mean.`;
      return { verdict: grimFree ? FREE : FITS, told };
    }
    const spread = plainNumber(sd, "SD", { least: 0 });
    const square = (x) => (x[0] < 0n ? [0n, 1n] : [(N - 1n) * x[0] * x[0], x[1] * x[1]]);
    const [low, high] = [square(spread.low), square(spread.high)];
    const mod = (x, y) => ((x % y) + y) % y;
    for (const total of sums) {
      const equal = floor(total, N);
      const least = N * equal * equal + mod(total, N) * (2n * equal + 1n);
      // The smallest sum of squares that is as odd as the sum and not below the box.
      let squares = ceil(low[0] * N + total * total * low[1], low[1] * N);
      squares += mod(squares - total, 2n);
      if (squares < least) squares = least;
      if ((squares * N - total * total) * high[1] > high[0] * N) continue;
      const free = high[0] * low[1] - low[0] * high[1] >= 2n * high[1] * low[1];
      const told = free ? "Rounding leaves every such SD possible." : `A sum of ${total} and a sum of squares of ${squares} give both.`;
      return { verdict: free ? FREE : FITS, told };
    }
    return { verdict: NOT, told: `The mean is possible, but no ${size} whole numbers with it have this SD.` };
  }

  // 2×2 tables of n patients by their rates. Each bounds a count by the size of its group.
  function tables({ n, sensitivity, specificity, ppv, npv }) {
    const size = whole(n, "Patients", 2, 2000);
    const given = (text, name) => (text.trim() ? printed(text, name) : null);
    const rates = [given(sensitivity, "Sensitivity"), given(specificity, "Specificity")];
    if (rates.includes(null)) throw new Wrong("Sensitivity and specificity are both needed.");
    const further = [given(ppv, "PPV"), given(npv, "NPV")];
    const found = [];
    const fitting = (number, group) => {
      const all = [];
      const guess = Math.max(0, Math.floor((Math.max(0, number.from) / 100) * group) - 1);
      for (let k = guess; k <= group; k += 1) {
        if (isShare(number, k, group)) all.push(k);
        else if (all.length || (number.high && (100 * k) / group > number.to)) break;
      }
      return all;
    };
    for (let sick = 1; sick < size; sick += 1) {
      const healthy = size - sick;
      const tps = fitting(rates[0], sick);
      if (!tps.length) continue;
      const tns = fitting(rates[1], healthy);
      for (const tp of tps)
        for (const tn of tns) {
          const [fn, fp] = [sick - tp, healthy - tn];
          const right = (rate, k, group) => !rate || (group > 0 && isShare(rate, k, group));
          if (right(further[0], tp, tp + fp) && right(further[1], tn, tn + fn)) found.push([tp, fp, fn, tn]);
          if (found.length > 1e5) throw new Wrong("More than 100,000 tables fit: give more rates, or more digits.");
        }
    }
    const one = found[0] && `true positives ${found[0][0]}, false positives ${found[0][1]}, false negatives ${found[0][2]}, true negatives ${found[0][3]}`;
    const many = found.length === 1 ? `One table fits: ${one}.` : `${found.length} tables fit, such as ${one}.`;
    return { verdict: found.length ? FITS : NOT, told: found.length ? many : `No table of ${size} patients prints all of these rates.`, found };
  }

  function auc({ tp, fp, fn, tn, area }) {
    const [a, b, c, d] = [[tp, "True positives"], [fp, "False positives"], [fn, "False negatives"], [tn, "True negatives"]].map(([x, name]) => whole(x, name));
    if (!(a + c) || !(b + d)) throw new Wrong("At least one patient with and one without the outcome is needed.");
    const number = printed(area, "AUC");
    const [se, sp] = [a / (a + c), d / (b + d)];
    const widest = 1 - (1 - se) * (1 - sp);
    const bounds = [se * sp, widest, Math.min(widest, 1 - (2 - se - sp) ** 2 / 2)];
    const fits = number.from <= 1 && number.to >= 0 && meets(bounds[0], bounds[1], number);
    const best = meets(bounds[0], bounds[2], number);
    const [low, high, top] = bounds.map((x) => x.toFixed(4));
    const told = `A curve through this point has an area from ${low} to ${high}; if the cut-off has the largest Youden index, at most ${top}${fits && !best ? ", which is below the printed area" : ""}.`;
    return { verdict: fits ? FITS : NOT, told, bounds };
  }

  function heterogeneity({ k, i2, p }) {
    const df = whole(k, "Studies", 2, 1000) - 1;
    const share = plainNumber(i2, "I²", { least: 0, most: 100 });
    if (share.at < 0 || share.at > 100) throw new Wrong("I²: expected from 0 to 100 per cent.");
    const number = printed(p, "P value");
    const q = (x) => (x < 100 ? (100 * df) / (100 - x) : Infinity);
    const [low, high] = [share.from > 0 ? q(share.from) : 0, q(share.to)];
    const [least, most] = [high < Infinity ? hcc.chi2Upper(high, df) : 0, low ? hcc.chi2Upper(low, df) : 1];
    const fits = number.from <= 1 && number.to >= 0 && meets(least, most, number);
    const told = low ? `Q is ${range(low, high)} on ${df} degrees of freedom, so P is ${range(least, most)}.` : `Q is at most ${short(high)}, so P is at least ${short(least)}.`;
    return { verdict: fits ? FITS : NOT, told, low: least, high: most };
  }

  // Name, function, fields with an example; those with a mark may stay empty.
  const CHECKS = [
    ["a percentage and its count", percentage, { percent: ["Percentage", "89.4"], count: ["Count", "77"], n: ["Group", "86"] }],
    ["a ratio, its 95 % interval and P", interval, { estimate: ["Ratio", "1.67"], lower: ["Lower limit", "1.20"], upper: ["Upper limit", "2.31"], p: ["P value", "0.002"] }],
    ["a mean and SD of whole numbers", mean, { mean: ["Mean", "3.44"], sd: ["SD, or empty", "2.47"], n: ["Group", "18"] }],
    ["a 2×2 table from its rates", tables, { n: ["Patients", "77"], sensitivity: ["Sensitivity, %", "80.0"], specificity: ["Specificity, %", "73.0"], ppv: ["PPV, %, or empty", ""], npv: ["NPV, %, or empty", ""] }],
    ["an AUC and one 2×2 table", auc, { tp: ["True positives", "30"], fp: ["False positives", "10"], fn: ["False negatives", "8"], tn: ["True negatives", "29"], area: ["AUC", "0.95"] }],
    ["I², P and the number of studies", heterogeneity, { k: ["Studies", "5"], i2: ["I², %", "65"], p: ["P value", "0.04"] }],
  ];
  const MARKS = { [FITS]: "✓", [NOT]: "✗", [FREE]: "–" };

  function start(panel) {
    const { field, line } = hcc.control("What is printed?", {}, CHECKS.map(([name], i) => [i, name]));
    const { line: status, tell } = hcc.teller();
    const fields = hcc.make("div", { class: "hcc-controls" });
    let controls = {};
    function update() {
      const values = Object.fromEntries(Object.entries(controls).map(([key, control]) => [key, control.value]));
      try {
        const { verdict, told } = CHECKS[field.value][1](values);
        tell(`${MARKS[verdict]} ${verdict[0].toUpperCase()}${verdict.slice(1)}. ${told}`);
      } catch (error) {
        if (!(error instanceof Wrong)) throw error;
        tell(error.message);
      }
    }
    function choose() {
      controls = {};
      fields.replaceChildren();
      for (const [key, [label, value]] of Object.entries(CHECKS[field.value][2])) {
        const made = hcc.control(label, { value, size: 8, autocomplete: "off", spellcheck: "false" });
        controls[key] = made.field;
        fields.append(made.line);
      }
      update();
    }
    panel.append(hcc.make("div", { class: "hcc-controls" }, line), fields, status);
    field.addEventListener("input", choose);
    fields.addEventListener("input", update);
    choose();
  }

  return { percentage, interval, mean, tables, auc, heterogeneity, Wrong, start };
})();
hcc.play("checker", hcc.checker.start);
