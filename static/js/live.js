/* Live: when the stream sends an event, every element with that name in data-live-on is fetched again by htmx (hx-trigger="live");
   with data-live-of only when it happened in that group of customers. */
(() => {
  "use strict";
  const address = document.body.dataset.liveUrl;
  if (!address) return;

  const LATER = 1500; // milliseconds
  let stream;
  let broken = false;
  let heard = new Set();
  const waiting = new Map();
  const listeners = () => [...document.querySelectorAll("[data-live-on]")];
  const namesOf = (element) => element.dataset.liveOn.split(/\s+/).filter(Boolean);
  const isOf = (element, group) => !element.dataset.liveOf || element.dataset.liveOf === String(group);
  const tell = (name, group) => listeners().filter((element) => namesOf(element).includes(name) && isOf(element, group)).forEach(refresh);

  // what someone is in the middle of is not taken from under their hands
  function inUse(element) {
    const writing = document.activeElement?.matches("input:not([type=checkbox], [type=radio]), textarea, select");
    return (writing && element.contains(document.activeElement)) || element.querySelector("dialog[open], [data-select]:checked, form[data-sent]");
  }

  function refresh(element) {
    if (!element.isConnected) return;
    if (inUse(element)) {
      clearTimeout(waiting.get(element));
      waiting.set(element, setTimeout(() => refresh(element), LATER));
      return;
    }
    htmx.trigger(element, "live");
    if (element.dataset.liveSay) document.getElementById("live-region").textContent = element.dataset.liveSay;
  }

  function listen() {
    listeners().flatMap(namesOf).filter((name) => !heard.has(name)).forEach((name) => {
      heard.add(name);
      stream.addEventListener(name, (event) => tell(name, JSON.parse(event.data).group));
    });
  }

  function connect() {
    stream = new EventSource(address);
    heard = new Set();
    stream.addEventListener("open", () => {
      document.documentElement.dataset.live = "on";
      if (broken) listeners().forEach(refresh); // catch up on what was missed
      broken = false;
    });
    stream.addEventListener("missed", () => listeners().forEach(refresh)); // the server's own line was down
    stream.addEventListener("error", () => {
      document.documentElement.dataset.live = "off";
      broken = true;
    });
    listen();
  }

  connect();
  document.addEventListener("htmx:afterSettle", listen);
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    broken = true;
    connect();
  });
})();
