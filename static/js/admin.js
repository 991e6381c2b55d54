// The administration's choosers are drawn by packages that leave them without a name; they take that of their field.
document.addEventListener("DOMContentLoaded", () => {
  const nameChoosers = () => {
    for (const box of document.querySelectorAll(".select2-selection:not([aria-label])")) {
      const field = box.closest(".select2-container").previousElementSibling;
      const label = field?.id && document.querySelector(`label[for="${field.id}"]`);
      if (!label) continue;
      const name = label.textContent.trim();
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", name);
      box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
    }
    for (const mark of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) mark.setAttribute("role", "img");
  };
  nameChoosers();
  new MutationObserver(nameChoosers).observe(document.body, { childList: true, subtree: true });
});

// What scrolls within its field is reached by keyboard, too.
const reachWhatScrolls = () => {
  for (const field of document.querySelectorAll("#content .readonly")) {
    if (field.scrollWidth > field.clientWidth) field.tabIndex = 0;
    else field.removeAttribute("tabindex");
  }
};
addEventListener("DOMContentLoaded", reachWhatScrolls);
addEventListener("resize", reachWhatScrolls);
