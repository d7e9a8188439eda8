// Another state of the page takes the place of the one that is shown, and nothing of what somebody is
// at: typed, opened, scrolled, focused.

function place() {
  return location.pathname + location.search;
}

/** What the page shows. */
let shownPlace = place();
/** How often that was replaced. */
let swaps = 0;

/**
 * @param {ParentNode} main
 * @returns {() => void} enters what was entered, and opens what was open
 */
function keepEntered(main) {
  /** @type {HTMLInputElement[]} */
  const touched = all(main, "[data-touched][id]");
  const opened = all(main, "details[open][id]");
  return () => {
    for (const { id, checked, value } of touched) {
      const field = /** @type {HTMLInputElement | null} */ (byId(id));
      if (!field) continue;
      field.checked = checked;
      field.value = value;
      field.dataset.touched = "";
    }
    for (const { id } of opened) byId(id)?.setAttribute("open", "");
  };
}

/**
 * @param {ParentNode} main
 * @returns {() => void} leads back to where the page was scrolled to and what had the focus
 */
function keepPlace(main) {
  const scrolled = all(main, ".scroll[id]").map(({ id, scrollTop }) => ({ id, scrollTop }));
  const [x, y] = [scrollX, scrollY];
  const focused = main.contains(document.activeElement) && document.activeElement;
  return () => {
    for (const { id, scrollTop } of scrolled) byId(id)?.scrollTo(0, scrollTop);
    scrollTo(x, y);
    if (focused) focusFirst(again(focused), headingOf(focused));
  };
}

/**
 * Shows a page that came as an answer.
 * @param {Document} page
 */
function swap(page) {
  const [old, fresh] = [one(document, "main"), one(page, "main")];
  const [enterAgain, goBack] = [keepEntered(old), keepPlace(old)];
  shownPlace = place();
  swaps += 1;
  document.title = page.title;
  old.replaceWith(fresh);
  enterAgain();
  followNeeded();
  localiseTimes();
  /** @type {HTMLFormElement[]} */
  const searches = all(fresh, "form[data-filter]");
  searches.forEach(search);
  goBack();
  // Heard by the progress of a sync.
  document.dispatchEvent(new Event("swap"));
}

/**
 * Shows a page that has to be read before anything else, such as that the session has ended.
 * @param {Document} page
 */
function interrupt(page) {
  /** @type {HTMLDialogElement[]} */
  const dialogs = all(document, "dialog");
  dialogs.forEach((dialog) => dialog.close());
  swap(page);
  scrollTo(0, 0);
  focusFirst(focusable(document.querySelector("main h1")));
}
