/* A form is sent once: its buttons rest and show that they are busy until the answer is there. data-many on a form turns this off. */
(() => {
  "use strict";
  const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");

  function rest(form, pressed) {
    buttonsOf(form).forEach((button) => { button.disabled = true; });
    if (!pressed) return;
    pressed.setAttribute("aria-busy", "true");
    const words = pressed.querySelector(".button-words");
    if (words && pressed.dataset.busyLabel) {
      words.dataset.idle = words.textContent;
      words.textContent = pressed.dataset.busyLabel;
    }
  }

  function wake(form) {
    form.removeAttribute("data-sent");
    buttonsOf(form).forEach((button) => {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      const words = button.querySelector(".button-words");
      if (words?.dataset.idle) words.textContent = words.dataset.idle;
    });
    form.dispatchEvent(new CustomEvent("accord:awake", { bubbles: true }));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-many")) return;
    if (form.hasAttribute("data-sent")) {
      event.preventDefault();
      return;
    }
    // after this turn, so that the pressed button's own name and value are still sent
    setTimeout(() => {
      if (event.defaultPrevented && !form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
      form.setAttribute("data-sent", "");
      rest(form, event.submitter);
    }, 0);
  });

  const formOf = (element) => (element?.matches?.("form") ? element : element?.closest?.("form"));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event.detail.elt);
    if (form?.hasAttribute("data-sent")) wake(form);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(wake);
  });
})();
