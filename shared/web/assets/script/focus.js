// Where the focus goes when what had it is gone.

/**
 * What stands for an element of the page before.
 * @param {Element | null} gone
 * @returns {HTMLElement | null | undefined}
 */
function again(gone) {
  if (!gone || gone.isConnected) return /** @type {HTMLElement | null} */ (gone);
  if (gone.id) return byId(gone.id);
  // As written: resolved, a mere fragment is the same as the address of the page.
  const href = gone.getAttribute("href");
  if (href) return all(document, "main a").find((link) => link.getAttribute("href") === href);
  const action = gone.closest("form")?.getAttribute("action");
  if (!action) return null;
  const form = all(document, "main form").find((other) => other.getAttribute("action") === action);
  return form?.querySelector("button");
}

/**
 * Gives the focus to the first that takes it: what is hidden or gone does not.
 * @param {(HTMLElement | null | undefined)[]} candidates
 */
function focusFirst(...candidates) {
  for (const candidate of candidates) {
    candidate?.focus({ preventScroll: true });
    if (candidate && document.activeElement === candidate) return;
  }
}

/**
 * Lets it take the focus, though no key leads there.
 * @param {HTMLElement | null} element
 */
function focusable(element) {
  if (element) element.tabIndex = -1;
  return element;
}

/**
 * The heading of the section that an element is or was in.
 * @param {Element} element
 */
function headingOf(element) {
  return focusable(byId(element.closest("section")?.getAttribute("aria-labelledby")));
}
