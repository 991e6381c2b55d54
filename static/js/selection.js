/* Select many rows: how many, what they add up to, one button. Shown only; the server adds up again. */
(() => {
  "use strict";
  const boxesOf = (form) => [...form.querySelectorAll("input[data-select]:not(:disabled)")];

  function totals(boxes) {
    const sums = new Map();
    boxes.filter((box) => box.dataset.amountMinor).forEach((box) => {
      sums.set(box.dataset.currency, (sums.get(box.dataset.currency) || 0n) + BigInt(box.dataset.amountMinor));
    });
    return [...sums].map(([currency, minor]) => written(minor, currency)).join(" + ");
  }

  // whole minor units stay whole: the decimal point is set by hand, the grouping by the page's language
  function written(minor, currency) {
    const language = document.documentElement.lang || "en";
    const places = new Intl.NumberFormat(language, { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
    const digits = String(minor < 0n ? -minor : minor).padStart(places + 1, "0");
    const whole = new Intl.NumberFormat(language).format(BigInt(digits.slice(0, digits.length - places)));
    const point = new Intl.NumberFormat(language, { minimumFractionDigits: 1 }).formatToParts(0.5).find((part) => part.type === "decimal").value;
    return `${minor < 0n ? "\u2212" : ""}${whole}${places ? point + digits.slice(-places) : ""}\u00a0${currency}`;
  }

  function show(form) {
    const boxes = boxesOf(form);
    const chosen = boxes.filter((box) => box.checked);
    const all = form.querySelector("[data-select-all]");
    if (all) {
      all.hidden = boxes.length === 0;
      all.checked = boxes.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const words = form.querySelector("[data-selection-words]");
    if (words) words.textContent = phrase(words.dataset, chosen.length);
    const total = totals(chosen);
    const sum = form.querySelector("[data-selection-total]");
    if (sum) sum.textContent = total;
    const button = form.querySelector("[data-selection-submit]");
    if (!button) return;
    button.disabled = chosen.length === 0;
    if (button.hasAttribute("data-repeat-amount")) {
      const label = button.querySelector("[data-label]");
      label.textContent = total ? `${label.dataset.label} ${total}` : label.dataset.label;
    }
  }

  function phrase(data, count) {
    if (count === 0) return data.none;
    return count === 1 ? data.one : data.many.replace("%s", count);
  }

  const showAll = () => document.querySelectorAll("form[data-selection]").forEach(show);
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-selection]");
    if (!form) return;
    if (event.target.matches("[data-select-all]")) boxesOf(form).forEach((box) => { box.checked = event.target.checked; });
    show(form);
  });
  document.addEventListener("DOMContentLoaded", showAll);
  document.addEventListener("htmx:afterSettle", showAll);
  document.addEventListener("accord:awake", showAll);
  window.addEventListener("pageshow", showAll);
})();
