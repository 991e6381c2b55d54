/* A chat: what is new is fetched after the last message shown, one request at a time, so that nothing is missed or shown twice; signs of
   life and of writing are sent. Without this script the same page works by plain forms. */
(() => {
  "use strict";
  const LIFE = 25000, WRITING = 3000, CATCH_UP = 15000; // milliseconds
  const here = () => document.querySelector("[data-chat]"); // asked each time: htmx puts a fresh one in its place
  const log = document.getElementById("chat-log");
  const list = log?.querySelector("ol");
  const lastSaid = () => document.querySelector("#chat-log ol, #conversation ol")?.lastElementChild;
  let asking = false, again = false, lost = false, wroteAt = 0;
  const hasEnded = () => Boolean(document.querySelector("[data-chat-ended]"));
  const toTheEnd = () => here() && lastSaid()?.scrollIntoView({ block: "nearest" });

  async function fetchNew() {
    const chat = here();
    if (!log || !chat) return;
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(`${chat.dataset.chat}?after=${log.dataset.last}`, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const last = answer.headers.get("X-Last-Message");
      const words = await answer.text();
      if (last && last !== log.dataset.last) {
        list.insertAdjacentHTML("beforeend", words);
        log.dataset.last = last;
        htmx.process(list);
        toTheEnd();
        sign(false, true);
      }
      lost = false;
    } catch {
      if (!lost) document.getElementById("live-region").textContent = chat.dataset.chatLost;
      lost = true;
    }
    asking = false;
    if (again) { again = false; fetchNew(); }
  }

  // says that the page is open and up to where it shows what was said: who left before is told the rest by mail
  function sign(writing, isNew = false) {
    const chat = here();
    if (hasEnded() && !isNew || !chat) return;
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
    const body = new URLSearchParams({ last: log?.dataset.last ?? "0", ...(writing && { typing: "yes" }) });
    fetch(chat.dataset.chatSigns, { method: "POST", headers: { "X-CSRFToken": token }, body, credentials: "same-origin" }).catch(() => {});
  }

  log?.addEventListener("live", fetchNew);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.matches?.("[data-chat-form]")) fetchNew();
  });
  // what somebody is writing when the chat ends still goes to the ticket: only the way to end it goes
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "conversation") toTheEnd(); });
  document.addEventListener("htmx:afterSettle", () => { if (hasEnded()) document.querySelector("[data-chat-end]")?.remove(); });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-chat-form] textarea") || Date.now() - wroteAt < WRITING) return;
    wroteAt = Date.now();
    sign(true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("[data-chat-form] textarea")) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { sign(false); fetchNew(); } });
  window.addEventListener("online", fetchNew);
  setInterval(() => sign(false), LIFE);
  setInterval(() => { if (!hasEnded()) fetchNew(); }, CATCH_UP);
  sign(false, true);
  toTheEnd();
})();
