/* Choose rows of a long table: table.hcc-filter, with data-filter on the heads of columns.
   Without this file all rows are shown. The choice stands in the address, to be linked. */
"use strict";

(() => {
  const squeeze = (text) => text.replace(/\s+/g, " ").trim();

  // The words of a cell, without the icon of its badge.
  function words(cell) {
    const icon = cell.querySelector("[aria-hidden]");
    return squeeze(icon ? cell.textContent.replace(icon.textContent, "") : cell.textContent);
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
    const rows = [...table.tBodies[0].rows].map((row) => ({
      row,
      text: squeeze(row.textContent).toLowerCase(),
      values: heads.map((head) => words(row.cells[head.cellIndex])),
    }));

    const selects = heads.map((head, place) => {
      const values = [...new Set(rows.map((each) => each.values[place]))].sort();
      const options = values.map((value) => make("option", { value }, value));
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
    const count = make("p", { role: "status", "aria-live": "polite" });
    const label = `Choose lines: ${squeeze(table.caption.textContent)}`;
    const look = { class: "hcc-controls", role: "search", "aria-label": label, autocomplete: "off" };
    const form = make("form", look, ...fields, reset, count);

    function apply() {
      const parts = squeeze(search.value).toLowerCase().split(" ");
      let shown = 0;
      for (const { row, text, values } of rows) {
        row.hidden = !(
          selects.every((select, place) => !select.value || select.value === values[place]) &&
          parts.every((part) => text.includes(part))
        );
        if (!row.hidden) shown += 1;
      }
      count.textContent = `${shown} of ${rows.length} lines`;
      box.scrollTop = 0;
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

    const linked = read();
    box.classList.add("hcc-tall");
    box.before(form);
    apply();
    if (linked) form.scrollIntoView();
  }

  document.querySelectorAll("table.hcc-filter").forEach(enhance);
})();
