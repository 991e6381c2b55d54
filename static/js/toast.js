/* Toasts: dismissed by hand or, when nothing is wrong, after a while; and the words for a request that failed. */
(() => {
  "use strict";
  const WHILE = 8000; // milliseconds; kept while pointed at or focused

  function prepare(toast) {
    if (toast.dataset.ready) return;
    toast.dataset.ready = "yes";
    const close = toast.querySelector("[data-toast-close]");
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
    if (toast.classList.contains("tone-bad") || toast.classList.contains("tone-warning")) return;
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, WHILE) : toast.remove());
    setTimeout(leave, WHILE);
  }

  const prepareAll = () => document.querySelectorAll("[data-toast]").forEach(prepare);

  function say(kind) {
    const place = document.getElementById("toasts");
    const pattern = document.getElementById(`toast-${kind}`);
    if (!place || !pattern) return;
    place.append(pattern.content.cloneNode(true));
    prepareAll();
  }

  document.addEventListener("DOMContentLoaded", prepareAll);
  document.addEventListener("htmx:afterSettle", prepareAll);
  // what a page asks for by itself fails in silence: it asks again when the line is back
  const byItself = (event) => event.detail.elt?.matches?.("[data-live-on], [aria-hidden]");
  document.addEventListener("htmx:sendError", (event) => byItself(event) || say("offline"));
  document.addEventListener("htmx:timeout", (event) => byItself(event) || say("offline"));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 422) say("failed");
  });
})();
