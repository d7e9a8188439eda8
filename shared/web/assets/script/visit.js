// Another address of the tab, such as the next page of a list, which a form or a link asked for.

/** How often one was; only the last is shown. */
let visits = 0;

/**
 * @param {string} url
 * @param {HTMLElement} asker
 */
async function visit(url, asker) {
  const mine = ++visits;
  const heading = headingOf(asker);
  sending(asker.closest("section") ?? asker);
  asker.ariaBusy = "true";
  try {
    let answer, page, before;
    do {
      before = swaps;
      answer = await fetch(url);
      page = await parse(answer);
      // Something else was asked for meanwhile.
      if (mine !== visits) return;
      // Something was saved meanwhile, which may not be on this page yet.
    } while (swaps !== before);
    if (answer.status === 401) return interrupt(page);
    if (!answer.ok) return location.assign(url);
    history.pushState(null, "", url);
    swap(page);
    const found = byId(heading?.id)?.closest("section")?.querySelector("[data-say]");
    if (found) say(found.textContent);
  } catch {
    if (mine === visits) location.assign(url);
  } finally {
    asker.ariaBusy = "false";
  }
}

/** What was done is said once, and not again when the page is loaded again. */
function forgetNotice() {
  const here = new URL(location.href);
  here.searchParams.delete("notice");
  history.replaceState(null, "", here);
  shownPlace = place();
}

// It comes for a mere change of the fragment too.
addEventListener("popstate", () => {
  if (place() !== shownPlace) location.reload();
});
