/* The keyboard: data-key="r" or "g q" on anything that can be pressed or typed into; "?" lists them; Ctrl K opens the palette;
   Ctrl Enter sends the form one is writing in. */
(() => {
  "use strict";
  const PATIENCE = 900; // milliseconds between the two keys of "g q"
  let first = "";
  let firstAt = 0;

  const typing = (element) => element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName);
  const shown = (element) => element.hasAttribute("data-key-anywhere") || element.checkVisibility();
  const keyed = () => [...document.querySelectorAll("[data-key]")].filter(shown);

  function reach(element) {
    if (/^(input|textarea|select)$/i.test(element.tagName)) element.focus();
    else element.click();
  }

  function open(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
    return Boolean(dialog);
  }

  function listShortcuts() {
    const list = document.querySelector("[data-shortcuts]");
    if (!list) return;
    list.querySelectorAll("[data-found]").forEach((line) => line.remove());
    const said = new Set();
    keyed().forEach((element) => {
      if (said.has(element.dataset.key)) return;
      said.add(element.dataset.key);
      list.append(shortcut(element.dataset.keyLabel || wordsOf(element), element.dataset.key));
    });
    open("shortcuts");
  }

  function wordsOf(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd, .count").forEach((part) => part.remove());
    return copy.textContent.trim() || element.getAttribute("aria-label") || element.placeholder || "";
  }

  function shortcut(words, keys) {
    const line = document.createElement("li");
    line.dataset.found = "";
    const label = document.createElement("span");
    label.textContent = words;
    const key = document.createElement("kbd");
    key.textContent = keys;
    line.append(label, key);
    return line;
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      if (open("palette")) event.preventDefault();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.form) {
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      listShortcuts();
      return;
    }
    const pair = performance.now() - firstAt < PATIENCE ? `${first} ${event.key}` : "";
    const found = keyed().find((element) => element.dataset.key === pair) || keyed().find((element) => element.dataset.key === event.key);
    [first, firstAt] = [event.key, performance.now()];
    if (!found) return;
    event.preventDefault();
    first = "";
    reach(found);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shortcuts-open]")) listShortcuts();
  });
})();
