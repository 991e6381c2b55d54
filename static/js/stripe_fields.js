// A card entered in Stripe's fields, or confirmed with the bank. The number goes from Stripe's frame to Stripe, never through here.
(() => {
  const box = document.querySelector("[data-stripe-key]");
  if (!box || !window.Stripe) return;
  const stripe = window.Stripe(box.dataset.stripeKey, { locale: document.documentElement.lang || "auto" });
  const form = document.getElementById(box.dataset.stripeForm);
  const button = document.getElementById(box.dataset.stripeButton);
  const fault = document.getElementById(box.dataset.stripeFault);
  const secret = box.dataset.stripeSecret;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  let elements;
  if (box.dataset.stripeFor === "setup") {
    elements = stripe.elements({ clientSecret: secret, appearance: { theme: dark ? "night" : "stripe" } });
    elements.create("payment").mount(box);
  }
  const ask = () => elements
    ? stripe.confirmSetup({ elements, redirect: "if_required", confirmParams: { return_url: box.dataset.stripeReturn } })
    : stripe.handleNextAction({ clientSecret: secret });
  button.addEventListener("click", async () => {
    if (button.disabled) return;
    button.disabled = true;
    fault.textContent = "";
    const answer = await ask();
    if (answer.error) {
      fault.textContent = answer.error.message;
      button.disabled = false;
    } else {
      form.submit();
    }
  });
})();
