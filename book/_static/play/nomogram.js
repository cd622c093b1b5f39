/* A logistic model as a nomogram: one patient's points, risk with its interval, and place. */
"use strict";

hcc.nomogram = (() => {
  const sum = (list) => list.reduce((all, x) => all + x, 0);
  const expit = (x) => 1 / (1 + Math.exp(-x));

  // Points as on the rulers: 0 at the end with the smaller risk, 100 over the longest ruler.
  function points({ terms }, values) {
    const longest = Math.max(...terms.map(({ beta, low, high }) => Math.abs(beta) * (high - low)));
    return terms.map(({ beta, low, high }, i) => (100 * beta * (values[i] - (beta > 0 ? low : high))) / longest);
  }
  // Risk and limits from the normal interval of the log-odds (delta method).
  function risk({ terms, constant, covariance }, values) {
    const x = [1, ...values];
    const eta = constant + sum(terms.map(({ beta }, i) => beta * values[i]));
    const variance = sum(x.map((a, i) => sum(x.map((b, j) => a * b * covariance[i][j]))));
    const half = hcc.normalLimit() * Math.sqrt(variance);
    return [eta, eta - half, eta + half].map(expit);
  }

  // Where the patient stands: a dot for each of the cohort, a triangle for the patient.
  function picture({ risks }, [at, lower, upper]) {
    const { draw } = hcc;
    const x = (value) => 18 + 300 * value;
    const svg = draw("svg", { viewBox: "0 0 340 74", "aria-hidden": "true", focusable: "false" });
    risks.forEach((value, i) => svg.append(draw("circle", { class: "bar", cx: x(value), cy: 30 + 5 * (i % 4), r: 2 })));
    svg.append(
      draw("line", { class: "curve", x1: x(lower), x2: x(upper), y1: 12, y2: 12 }),
      draw("path", { class: "pooled", d: `M${x(at)} 20l-6 -12h12z` }),
      draw("path", { class: "axis", d: `M${x(0)} 54H${x(1)}` }),
    );
    for (const tick of [0, 0.25, 0.5, 0.75, 1]) svg.append(draw("text", { class: "tick", x: x(tick), y: 69 }, `${100 * tick} %`));
    return svg;
  }

  function start(panel, model) {
    const warning = "Synthetic model, for teaching only. Not clinical advice.";
    panel.setAttribute("aria-label", `${warning} ${panel.getAttribute("aria-label")}`);
    const { line, tell } = hcc.teller();
    const drawing = hcc.make("div", { class: "hcc-drawing" });
    const fields = model.terms.map(({ name, unit, low, high, step, value, levels }) => {
      if (levels) {
        const made = hcc.control(name, {}, levels.map(([words, x]) => [x, words]));
        made.field.value = value;
        return made;
      }
      const label = `${name}${unit ? `, ${unit}` : ""} (${low} to ${high})`;
      return hcc.control(label, { type: "number", min: low, max: high, step, value });
    });
    const sumLine = hcc.make("p", {});
    function update() {
      const texts = fields.map(({ field }) => field.value.trim());
      const values = texts.map(Number);
      const missing = model.terms.filter((_, i) => texts[i] === "" || !Number.isFinite(values[i]));
      if (missing.length) {
        tell(`Type a number for ${missing.map(({ name }) => name).join(" and ")}.`);
        return;
      }
      const found = risk(model, values);
      const parts = points(model, values);
      sumLine.textContent =
        `${model.terms.map(({ name }, i) => `${name} ${hcc.number(parts[i], 0)}`).join(", ")}; ` +
        `total ${hcc.number(sum(parts), 0)} points`;
      drawing.replaceChildren(picture(model, found));
      const [at, lower, upper] = found.map((x) => hcc.number(100 * x, 0));
      const below = model.risks.filter((x) => x < found[0]).length;
      const outside = model.terms.filter(({ low, high }, i) => values[i] < low || values[i] > high);
      const note = outside.length
        ? ` ${outside.map(({ name, low, high }) => `${name} is outside ${low} to ${high}`).join("; ")}: the synthetic patients say nothing there.`
        : "";
      tell(
        `Risk of ${model.outcome} ${at} % (95 % CI ${lower} to ${upper} %), ` +
          `higher than that of ${below} of ${model.risks.length} synthetic patients.${note}`,
      );
    }
    panel.append(
      hcc.make("p", {}, hcc.make("strong", {}, warning)),
      hcc.make("div", { class: "hcc-controls" }, ...fields.map((made) => made.line)),
      sumLine, line, drawing,
    );
    panel.addEventListener("input", update);
    update();
  }

  return { points, risk, start };
})();
hcc.play("nomogram", hcc.nomogram.start);
