// The progress of a sync, asked for again and again while one runs.

/** @typedef {{ done: number, total: number }} Progress */

/**
 * What the tab takes of the server's answer (functions/settings/src/status.rs).
 * @typedef {object} Status
 * @property {string} state
 * @property {string[]} down
 * @property {Progress} projects
 * @property {Progress} photos
 * @property {string} rate
 * @property {string} remaining
 */

/** When to look again, and after how long. */
let [timer, wait] = [0, 1000];

/**
 * The card that shows it.
 * @returns {HTMLElement | null}
 */
function syncCard() {
  return document.querySelector("[data-status-url]");
}

/**
 * @param {HTMLElement} card
 * @param {"projects" | "photos"} what
 * @param {Progress} progress
 */
function showProgress(card, what, { done, total }) {
  /** @type {HTMLProgressElement[]} */
  const bars = all(card, `progress[data-progress="${what}"]`);
  for (const bar of bars) {
    bar.max = Math.max(total, 1);
    bar.value = done;
  }
  for (const text of all(card, `[data-count="${what}"]`)) text.textContent = `${done} of ${total}`;
}

/** Shows how things stand now, unless something else was shown meanwhile, or is about to be. */
async function refresh() {
  const before = swaps;
  const answer = await fetch(location.href);
  if (!answer.ok) throw answer;
  const page = await parse(answer);
  if (swaps !== before || document.querySelector("form[aria-busy=true]")) return;
  // What was said at the last load is not said again.
  all(page, "main > .notice[role=status]").forEach((said) => said.remove());
  swap(page);
  const news = document.querySelector("main .banner") ?? syncCard()?.querySelector("p");
  say(news?.textContent ?? "");
}

async function look() {
  clearTimeout(timer);
  try {
    const url = one(document, "[data-status-url]").dataset.statusUrl ?? "";
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (answer.status === 401) return interrupt(await parse(answer));
    if (!answer.ok) throw answer;
    /** @type {Status} */
    const now = await answer.json();
    const card = one(document, "[data-status-url]");
    showProgress(card, "projects", now.projects);
    showProgress(card, "photos", now.photos);
    for (const text of all(card, "[data-text]")) {
      text.textContent = now[/** @type {"rate" | "remaining"} */ (text.dataset.text)] ?? text.textContent;
    }
    if (now.state !== card.dataset.state || now.down.join() !== card.dataset.down) await refresh();
    wait = 1000;
  } catch {
    // The connection is away for a moment; ask less often until it is back.
    wait = Math.min(wait * 2, 30000);
  }
  watch();
}

function watch() {
  clearTimeout(timer);
  if (syncCard()?.dataset.state === "syncing") timer = setTimeout(look, wait);
}

document.addEventListener("swap", watch);
// Somebody else may have started a sync meanwhile.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && syncCard()) look();
});
