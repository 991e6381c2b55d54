/* Arrow keys walk through menus, finder results, queues and trees: any container with data-arrows or data-tree. */
(() => {
  "use strict";
  const STOPS = "a[href], button:not(:disabled), input:not([type=hidden]), summary";
  const stopsOf = (place) => [...place.querySelectorAll(STOPS)].filter((stop) => stop.checkVisibility());

  document.addEventListener("keydown", (event) => {
    const place = event.target.closest?.("[data-arrows], [data-tree]");
    if (!place || event.altKey || event.ctrlKey || event.metaKey) return;
    if (place.matches("[data-tree]") && turn(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("select, textarea, input[type=number], input[type=radio]")) return;
    const stops = place.matches("[data-tree]") ? stopsOf(place).filter((stop) => stop.matches("a")) : stopsOf(place);
    const next = stops[stops.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  // in a tree: right opens, left closes or goes up
  function turn(event) {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return false;
    const node = event.target.closest(".tree-node");
    const below = node?.querySelector(":scope > details");
    if (event.key === "ArrowRight" && below) below.open = true;
    else if (event.key === "ArrowLeft" && below?.open) below.open = false;
    else if (event.key === "ArrowLeft") node?.parentElement.closest(".tree-node")?.querySelector("a")?.focus();
    event.preventDefault();
    return true;
  }

  // Enter in a finder opens the first answer
  document.addEventListener("submit", (event) => {
    const answer = event.target.matches(".finder") && event.target.querySelector(".option");
    if (!answer) return;
    event.preventDefault();
    answer.click();
  });

  // a menu that opens puts the cursor into its search box
  document.addEventListener("toggle", (event) => {
    if (event.newState === "open") event.target.querySelector?.("input[autofocus]")?.focus();
  }, true);
})();
