// What is taken over from the browser, and the page as it was loaded.

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.filter) {
    event.preventDefault();
  } else if (form.method === "post" && !form.matches("[action$='/disconnect'], [data-plain]")) {
    event.preventDefault();
    send(form, /** @type {HTMLButtonElement | null} */ (event.submitter));
  } else if (form.method === "get" && "quiet" in form.dataset) {
    event.preventDefault();
    const url = new URL(form.action);
    url.search = entries(form).toString();
    visit(url.href, form);
  }
});

document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const dialog = link.closest("dialog");
  if ("dialog" in link.dataset) {
    event.preventDefault();
    openDialog(link);
  } else if (dialog && "close" in link.dataset) {
    event.preventDefault();
    closeDialog(dialog);
  } else if ("clear" in link.dataset) {
    event.preventDefault();
    clearSearch(one(link.closest("section") ?? document, "form[data-filter]"));
  } else if ("quiet" in link.dataset) {
    event.preventDefault();
    visit(link.href, link);
  }
});

document.documentElement.classList.add("js");
forgetNotice();
followNeeded();
localiseTimes();
watch();
