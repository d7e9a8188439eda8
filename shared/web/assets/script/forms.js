// Forms that are sent without leaving the page.

/**
 * What a form would send; none of ours has files.
 * @param {HTMLFormElement} form
 */
function entries(form) {
  return new URLSearchParams(/** @type {any} */ (new FormData(form)));
}

/**
 * While an answer is on its way a form is not sent again.
 * @param {HTMLFormElement} form
 * @param {boolean} busy
 */
function setBusy(form, busy) {
  form.ariaBusy = String(busy);
  /** @type {HTMLButtonElement[]} */
  const buttons = all(form, "button");
  for (const button of buttons) button.disabled = busy;
}

/**
 * What was said of the last form; how things stand is said elsewhere, in banners.
 * @returns {HTMLElement | null}
 */
function notice() {
  return document.querySelector("main > .notice[role=status]");
}

/**
 * Says what went wrong, in the form if it is still there.
 * @param {HTMLFormElement} form
 * @param {string} text
 */
function complain(form, text) {
  const complaint = document.createElement("p");
  complaint.className = "notice banner";
  complaint.setAttribute("role", "alert");
  complaint.textContent = text;
  // Of a dialog that was closed meanwhile the page has to say it.
  if (form.isConnected) form.append(complaint);
  else one(document, "main").prepend(complaint);
  complaint.scrollIntoView({ block: "nearest" });
}

/**
 * Says what was done, for some seconds in sight wherever the page is scrolled to.
 * @param {HTMLElement | null} button
 */
function sayDone(button) {
  const said = focusable(notice());
  if (said) {
    say(said.textContent);
    said.classList.add("toast");
    setTimeout(() => said.classList.remove("toast"), 8000);
  }
  if (document.activeElement === document.body) focusFirst(again(button), said);
}

/**
 * The tab as it is looked at, searched and paged, with what was just done.
 * @param {Response} answer
 */
async function lookedAt(answer) {
  const here = new URL(location.href);
  if (!here.search) return answer;
  new URL(answer.url).searchParams.forEach((value, key) => here.searchParams.set(key, value));
  const same = await fetch(here).catch(() => answer);
  return same.ok ? same : answer;
}

/**
 * Sends a form, and shows the answer in the place of the page or as a complaint.
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
async function send(form, button) {
  if (form.ariaBusy === "true") return;
  const body = entries(form);
  if (button?.name) body.append(button.name, button.value);
  const action = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  all(form, "[role=alert]").forEach((complaint) => complaint.remove());
  const keep = sending(form);
  setBusy(form, true);
  try {
    const answer = await fetch(action, { method: "POST", body });
    if (answer.ok && new URL(answer.url).pathname !== location.pathname) {
      location.assign(answer.url);
      return;
    }
    const page = await parse(answer.ok ? await lookedAt(answer) : answer);
    const main = page.querySelector("main");
    if (answer.status === 401 && main) {
      interrupt(page);
    } else if (!answer.ok || !main) {
      const texts = main ? all(main, "h1, p:not(:has(a))").map((part) => part.textContent) : [];
      keep();
      complain(form, texts.join(". ") || `The server could not answer (${answer.status}). Try again in a minute.`);
    } else {
      swap(page);
      form.closest("dialog")?.close();
      sayDone(button);
    }
  } catch {
    keep();
    complain(form, "No response. Check your internet connection; what you entered is still here.");
  } finally {
    setBusy(form, false);
    if (form.isConnected) button?.focus({ preventScroll: true });
  }
}
