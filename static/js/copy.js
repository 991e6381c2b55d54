/* Copies what data-copy holds and says so for a moment. */
(() => {
  "use strict";
  const MOMENT = 1600; // milliseconds

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const words = button.querySelector(".button-words");
    const before = words.dataset.idle || words.textContent;
    words.dataset.idle = before;
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.copied;
    setTimeout(() => { words.textContent = before; }, MOMENT);
  });
})();
