// Fields that follow other fields, lists that are searched as one types, and what was entered.

/** @typedef {HTMLInputElement | HTMLSelectElement} Field */

/** A preference that needs another follows it at once. */
function followNeeded() {
  /** @type {HTMLInputElement[]} */
  const followers = all(document, "input[data-needs]");
  for (const follower of followers) {
    /** @type {HTMLInputElement} */
    const needed = one(document, `#${follower.dataset.needs}`);
    follower.disabled = !needed.checked;
    if (follower.disabled) follower.checked = false;
  }
}

/**
 * Shows the rows that have every word typed; whoever is picked stays in sight.
 * @param {HTMLFormElement} form
 */
function search(form) {
  const rows = all(document, `#${form.dataset.filter} > *`);
  /** @type {HTMLInputElement} */
  const { value: typed } = one(form, "input");
  const words = typed.toLowerCase().split(/\s+/);
  const kind = form.querySelector("select")?.value;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const fits = words.every((word) => text.includes(word)) && (!kind || row.dataset.kind === kind);
    row.hidden = !fits && !row.querySelector("input:checked");
  }
  const found = rows.filter((row) => !row.hidden).length;
  const count = one(form, "[data-found]");
  count.textContent = `${found} of ${rows.length} ${count.dataset.found}`;
  one(form.parentElement ?? document, "[data-empty]").hidden = found > 0;
}

/**
 * Shows everybody again.
 * @param {HTMLFormElement} form
 */
function clearSearch(form) {
  /** @type {Field[]} */
  const fields = all(form, "input, select");
  for (const field of fields) {
    field.value = "";
    field.dataset.touched = "";
  }
  search(form);
  one(form, "input").focus();
}

/**
 * What was entered there is on its way: only what is entered from now on is to be kept.
 * @param {ParentNode} part
 * @returns {() => void} takes that back
 */
function sending(part) {
  const fields = all(part, "[data-touched]");
  for (const field of fields) delete field.dataset.touched;
  return () => {
    for (const field of fields) field.dataset.touched = "";
  };
}

/** @param {Event} event */
function entered(event) {
  const field = /** @type {Field} */ (event.target);
  field.dataset.touched = "";
  followNeeded();
  if (field.form?.dataset.filter) search(field.form);
}

document.addEventListener("input", entered);
document.addEventListener("change", entered);
