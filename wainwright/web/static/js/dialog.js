// A link with data-opens="id" opens that dialog in place; without scripts it leads to a page of its own.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
});

// A dialog whose form came back with errors is open from the start.
document.querySelector("dialog[data-open-now]")?.showModal();
