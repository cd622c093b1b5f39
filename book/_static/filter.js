/* Choose rows of a long table: table.hcc-filter, with data-filter on the heads of columns.
   Without this file the first rows are shown, and links to pages with the others. All rows come
   from a script beside the page (window.hccRows: the cells of each row as HTML) when somebody
   wants them, and are drawn some at a time. The choice stands in the address, to be linked, and
   can be saved as CSV. */
"use strict";

(() => {
  const squeeze = (text) => text.replace(/\s+/g, " ").trim();

  const STEP = 100;
  const reader = document.createElement("template");

  // The words of a cell, without the icon of its badge.
  function words(html) {
    if (!/[<&]/.test(html)) return squeeze(html);
    reader.innerHTML = html;
    for (const icon of reader.content.querySelectorAll("[aria-hidden]")) icon.remove();
    return squeeze(reader.content.textContent);
  }

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function enhance(table, number) {
    const box = table.closest(".pst-scrollable-table-container") ?? table;
    const heads = [...table.tHead.querySelectorAll("[data-filter]")];
    const body = table.tBodies[0];
    const titles = [...table.tHead.rows[0].cells].map((head) => squeeze(head.textContent));
    const total = Number(table.dataset.rows);
    let rows, chosen, loading;

    // Load the rows once, as a script: a page that was opened as a file may fetch nothing else.
    function load() {
      loading ??= new Promise((done) => {
        const script = make("script", { src: table.dataset.source });
        script.addEventListener("load", done);
        document.head.append(script);
      }).then(() => {
        rows = window.hccRows.map((cells) => {
          const texts = cells.map(words);
          return {
            cells,
            texts,
            text: texts.join(" ").toLowerCase(),
            values: heads.map((head) => texts[head.cellIndex]),
          };
        });
      });
      return loading;
    }

    const selects = heads.map((head) => {
      const options = JSON.parse(head.dataset.filter).map((value) => make("option", { value }, value));
      const name = squeeze(head.textContent);
      return make("select", { name }, make("option", { value: "" }, "all"), ...options);
    });
    const search = make("input", { name: "text", type: "search", spellcheck: "false" });
    const controls = [...selects, search];
    const fields = controls.map((control, place) => {
      control.id = `hcc-filter-${number}-${place}`;
      return make("p", {}, make("label", { for: control.id }, control.name), control);
    });
    const reset = make("button", { type: "button" }, "Show all lines");
    const save = make("button", { type: "button" }, "Save these lines as CSV");
    const more = make("button", { type: "button", class: "hcc-more" });
    const count = make("p", { role: "status", "aria-live": "polite" });
    const label = `Choose lines: ${squeeze(table.caption.textContent)}`;
    const look = { class: "hcc-controls", role: "search", "aria-label": label, autocomplete: "off" };
    const form = make("form", look, ...fields, reset, save, count);

    // Add rows to those in view; what leaves the screen by "more" keeps its place.
    function draw(until) {
      reader.innerHTML = chosen
        .slice(body.rows.length, until)
        .map(({ cells }) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`)
        .join("");
      for (const row of reader.content.children) {
        row.role = "row";
        [...row.cells].forEach((cell, place) => {
          cell.role = "cell";
          cell.dataset.label = titles[place];
        });
      }
      body.append(reader.content);
      tell(chosen.length);
    }

    // Say how many lines are chosen, and how many of them are in view.
    function tell(number) {
      const left = number - body.rows.length;
      more.textContent = `Show ${Math.min(left, STEP)} more lines`;
      more.hidden = !left;
      const part = left ? `, the first ${body.rows.length} are shown` : "";
      count.textContent = `${number} of ${total} lines${part}`;
    }

    async function apply() {
      if (!rows) await load();
      const parts = squeeze(search.value).toLowerCase().split(" ");
      chosen = rows.filter(
        ({ text, values }) =>
          selects.every((select, place) => !select.value || select.value === values[place]) &&
          parts.every((part) => text.includes(part)),
      );
      body.replaceChildren();
      box.scrollTop = 0;
      draw(STEP);
    }

    async function saved() {
      if (!rows) await apply();
      const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const lines = [titles, ...chosen.map(({ texts }) => texts)];
      const text = lines.map((line) => line.map(quote).join(",") + "\r\n").join("");
      // The mark in front tells spreadsheets that letters are UTF-8.
      const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
      make("a", { href: url, download: "scorecard-lines.csv" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    }

    // A second table on a page has names of its own in the address.
    const key = (control) => (number ? `${number + 1}.` : "") + control.name;
    const address = () => new URLSearchParams(location.hash.slice(1));

    // An address without a word of ours, such as that of a heading, changes nothing.
    function read() {
      const state = address();
      if (!controls.some((control) => state.has(key(control)))) return false;
      for (const control of controls) {
        control.value = state.get(key(control)) ?? "";
        if (control.selectedIndex === -1) control.value = "";
      }
      return true;
    }

    function write() {
      const state = address();
      for (const [name, value] of [...state]) if (!value) state.delete(name);
      for (const control of controls) {
        state.delete(key(control));
        if (control.value) state.set(key(control), control.value);
      }
      const hash = String(state);
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", apply);
    form.addEventListener("change", write);
    reset.addEventListener("click", () => {
      for (const control of controls) control.value = "";
      apply();
      write();
    });
    window.addEventListener("hashchange", () => read() && apply());

    more.addEventListener("click", async () => {
      const next = body.rows.length;
      if (!rows) await apply();
      else draw(next + STEP);
      // The keyboard goes on at the first new line.
      const row = body.rows[next];
      row.tabIndex = -1;
      row.focus({ preventScroll: true });
    });
    save.addEventListener("click", saved);

    const linked = read();
    box.classList.add("hcc-tall");
    box.before(form);
    box.after(more);
    form.addEventListener("focusin", load, { once: true });
    form.addEventListener("pointerover", load, { once: true });
    if (linked) {
      apply();
      form.scrollIntoView();
    } else tell(total);
  }

  document.querySelectorAll("table.hcc-filter[data-source]").forEach(enhance);
})();
