/* Opens native dialogs: data-dialog-open="id" on a button or on a link that leads to the same thing as a page. */
(() => {
  "use strict";
  const plainClick = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    const dialog = opener && document.getElementById(opener.dataset.dialogOpen);
    if (dialog && plainClick(event)) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (event.target.matches("dialog[open]") && outside(event)) event.target.close();
  });

  // a click on the veil lands on the dialog itself, outside its box
  function outside(event) {
    const box = event.target.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  }

  // an answer that holds an open-at-once dialog, as a page or fetched by htmx
  const openNow = (place) => {
    const dialog = place.querySelector?.("dialog[data-open-now]");
    if (dialog && !dialog.open) dialog.showModal();
  };
  document.addEventListener("DOMContentLoaded", () => openNow(document));
  document.addEventListener("htmx:afterSwap", (event) => openNow(event.target));

  // what was wrong comes into view after a form was sent back
  const faultIn = (place) => place.querySelector?.("dialog[open] [data-focus]") ?? place.querySelector?.("[data-focus]");
  const showFault = (place) => faultIn(place)?.focus();
  document.addEventListener("DOMContentLoaded", () => showFault(document));
  document.addEventListener("htmx:afterSwap", (event) => showFault(event.target));
})();
