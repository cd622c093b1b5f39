/* Show what the glossary or the bibliography says: on hover, on focus, on the first touch.
   Without this file the links lead there. Escape closes; the pointer may enter the box. */
"use strict";

// A link into a fold-out opens it.
(() => {
  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const inside = target.matches("section") ? target.querySelector(":scope > details") : null;
    for (let fold = inside ?? target; fold; fold = fold.parentElement?.closest("details")) {
      if (fold.matches("details")) fold.open = true;
    }
    target.scrollIntoView();
  }
  addEventListener("hashchange", open);
  if (location.hash) open();
})();

(() => {
  const links = document.querySelectorAll("article a[aria-describedby^='tip-']");
  if (!links.length) return;
  const box = document.createElement("div");
  box.className = "hcc-tip";
  box.hidden = true;
  document.body.append(box);
  let shown = null;
  let waiting = 0;

  function hide() {
    clearTimeout(waiting);
    box.hidden = true;
    shown = null;
  }

  function show(link) {
    clearTimeout(waiting);
    shown = link;
    box.textContent = document.getElementById(link.getAttribute("aria-describedby")).textContent;
    box.hidden = false;
    const word = link.getClientRects()[0];
    const width = Math.min(360, document.documentElement.clientWidth - 16);
    box.style.width = `${width}px`;
    const left = Math.min(word.left, document.documentElement.clientWidth - width - 8);
    box.style.left = `${Math.max(8, left) + scrollX}px`;
    const above = word.bottom + box.offsetHeight + 8 > innerHeight && word.top > box.offsetHeight;
    box.style.top = `${scrollY + (above ? word.top - box.offsetHeight - 4 : word.bottom + 4)}px`;
  }

  // A pause lets the pointer cross from the word into the box.
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(hide, 300);
  };

  for (const link of links) {
    let touched = false;
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") show(link);
    });
    link.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") later();
    });
    link.addEventListener("pointerdown", (event) => {
      touched = event.pointerType === "touch" && shown !== link;
    });
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", later);
    link.addEventListener("click", (event) => {
      if (!touched) return;
      event.preventDefault(); // the first touch explains, the second leads there
      touched = false;
      show(link);
    });
  }
  box.addEventListener("pointerenter", () => clearTimeout(waiting));
  box.addEventListener("pointerleave", later);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    if (shown && !box.contains(event.target) && event.target.closest("a") !== shown) hide();
  });
})();

// The theme takes the focus from a button that is pressed; at the keyboard it is given back.
addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || event.detail) return; // a pointer counts its clicks
  setTimeout(() => {
    if (document.activeElement === document.body) button.focus();
  });
});

// On paper every fold-out is open; afterwards the page is as it was.
(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("article details:not([open], .tag_hide-input > *)")];
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
})();
