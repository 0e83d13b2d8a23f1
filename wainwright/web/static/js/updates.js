// A form marked data-updates asks for its sums anew when a price is chosen; what was typed is kept.
for (const form of document.querySelectorAll("form[data-updates]")) {
  const button = form.querySelector("button[name=update]");
  if (!button) continue;
  button.parentElement.hidden = true;
  form.addEventListener("change", (event) => {
    if (event.target.name === "price") form.requestSubmit(button);
  });
}
