/* On a phone the back office shows one pane at a time; its tabs are links to the panes. */
(() => {
  "use strict";
  const panes = [...document.querySelectorAll(".pane[id]")];
  const tabs = [...document.querySelectorAll(".pane-tabs a")];
  if (!panes.length || !tabs.length) return;

  function show(id) {
    panes.forEach((pane) => pane.classList.toggle("pane-shown", pane.id === id));
    tabs.forEach((tab) => {
      if (tab.hash === `#${id}`) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
  }

  tabs.forEach((tab) => tab.addEventListener("click", (event) => {
    event.preventDefault();
    show(tab.hash.slice(1));
  }));
  show(panes.find((pane) => pane.hasAttribute("data-first"))?.id || panes[0].id);
})();
