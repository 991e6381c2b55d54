/* A customer dragged onto another, or picked up with Ctrl X and put down with Ctrl V, leads to the preview of that move. */
(() => {
  "use strict";
  const rowOf = (target) => target?.closest?.("[data-tree-moves] .tree-row[data-number]");
  let moving = null;

  const say = (words) => {
    const place = document.querySelector("[data-tree-said]");
    if (place) place.textContent = words;
  };
  const leave = () => {
    moving?.classList.remove("is-moving");
    moving = null;
  };
  const pick = (row) => {
    leave();
    moving = row;
    row.classList.add("is-moving");
  };
  const fits = (row) => moving?.dataset.moves && row && row !== moving && !moving.closest(".tree-node").contains(row);
  const ask = (row) => {
    window.location.assign(`${moving.dataset.moves}?to=${encodeURIComponent(row.dataset.number)}`);
  };

  document.addEventListener("dragstart", (event) => {
    const row = rowOf(event.target);
    if (!row?.dataset.moves) return;
    pick(row);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.number);
  });
  document.addEventListener("dragover", (event) => {
    const row = rowOf(event.target);
    document.querySelectorAll(".tree-row.is-target").forEach((other) => other !== row && other.classList.remove("is-target"));
    if (!fits(row)) return;
    event.preventDefault();
    row.classList.add("is-target");
  });
  document.addEventListener("drop", (event) => {
    const row = rowOf(event.target);
    if (!fits(row)) return;
    event.preventDefault();
    ask(row);
  });
  document.addEventListener("dragend", () => {
    document.querySelectorAll(".tree-row.is-target").forEach((row) => row.classList.remove("is-target"));
    leave();
  });

  document.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    const words = document.querySelector("[data-tree-moves]")?.dataset;
    if (event.key === "Escape" && moving) {
      leave();
      say(words.saidLeft);
    }
    if (!row || !(event.ctrlKey || event.metaKey)) return;
    if (event.key.toLowerCase() === "x" && row.dataset.moves) {
      event.preventDefault();
      pick(row);
      say(words.saidPicked);
    } else if (event.key.toLowerCase() === "v" && fits(row)) {
      event.preventDefault();
      ask(row);
    }
  });
})();
