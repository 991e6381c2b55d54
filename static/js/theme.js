/* Runs before the first paint: the remembered appearance (light, dark, or as the system has it), and a mark that scripts work. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  const remembered = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // a browser that keeps nothing follows the system
    }
  };
  const wear = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
  };
  const showChoice = () => {
    const now = root.dataset.theme || "auto";
    document.querySelectorAll("[data-theme-switch]").forEach((group) => { group.hidden = false; });
    document.querySelectorAll("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
    });
  };

  wear(remembered());
  document.addEventListener("DOMContentLoaded", showChoice);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    wear(button.dataset.themeChoice);
    try {
      localStorage.setItem("theme", button.dataset.themeChoice);
    } catch {
      // shown now, forgotten with the page
    }
    showChoice();
  });
})();
