// A form marked data-updates asks for its sums anew when a price is chosen; nothing typed is touched.
const PARTS = ".checkout-summary, .checkout-pay, .checkout-total";

for (const form of document.querySelectorAll("form[data-updates]")) {
  const button = form.querySelector("button[name=update]");
  if (!button) continue;
  button.parentElement.hidden = true;
  let asked = 0;
  form.addEventListener("change", async (event) => {
    if (event.target.name !== "price") return;
    const turn = ++asked;
    const pay = () => document.querySelector(".checkout-pay button");
    pay().disabled = true; // it still says the old sum
    try {
      const body = new URLSearchParams(new FormData(form, button));
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== asked) return;
      const fresh = page.querySelectorAll(PARTS);
      document.querySelectorAll(PARTS).forEach((part, n) => part.replaceChildren(...fresh[n].childNodes));
    } catch {
      if (turn === asked) form.requestSubmit(button);
    }
  });
}
