// A page that is shown as a dialog above the one that leads to it.

/**
 * Whether an answer to what was entered there is on its way: what came of it is said in it.
 * @param {HTMLDialogElement} dialog
 */
function isBusy(dialog) {
  return dialog.querySelector("form[aria-busy=true]") !== null;
}

/**
 * @param {Document} page
 * @param {HTMLAnchorElement} link what opens it, and has the focus again afterwards
 */
function showDialog(page, link) {
  const dialog = document.createElement("dialog");
  dialog.append(...one(page, "main").children);
  const title = one(dialog, "h1");
  title.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.addEventListener("cancel", (event) => {
    if (isBusy(dialog)) event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    focusFirst(again(link), notice());
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".offers input:checked")?.scrollIntoView({ block: "center" });
  /** @type {HTMLInputElement | null} */
  const field = dialog.querySelector("input[type=search]");
  field?.focus();
}

let opening = false;

/** @param {HTMLAnchorElement} link */
async function openDialog(link) {
  if (opening) return;
  opening = true;
  try {
    const answer = await fetch(link.href);
    const page = await parse(answer);
    if (answer.status === 401) interrupt(page);
    else if (answer.ok) showDialog(page, link);
    // As a page of its own it can say what is wrong.
    else location.assign(link.href);
  } catch {
    location.assign(link.href);
  } finally {
    opening = false;
  }
}

/** @param {HTMLDialogElement} dialog */
function closeDialog(dialog) {
  if (!isBusy(dialog)) dialog.close();
}
