// What every part needs: elements, pages that came as answers, and saying something.

/**
 * All that a selector finds.
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {E[]}
 */
function all(within, selector) {
  return Array.from(/** @type {NodeListOf<E>} */ (within.querySelectorAll(selector)));
}

/**
 * What a selector finds where it always finds something.
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {E}
 */
function one(within, selector) {
  const found = /** @type {E | null} */ (within.querySelector(selector));
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
}

/** @param {string | null | undefined} id */
function byId(id) {
  return document.getElementById(id ?? "");
}

/** @param {Response} answer */
async function parse(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/**
 * Has screen readers say something. They announce changes, so the same words twice need a moment
 * without any.
 * @param {string} text
 */
function say(text) {
  one(document, "#live").textContent = "";
  setTimeout(() => { one(document, "#live").textContent = text; }, 50);
}
