"use strict";
// Every page works without this script. With it, forms are sent without a reload, searches filter as
// one types, the pencil opens a dialog, times are local, and the progress of a sync stays up to date.
(() => {
  const all = (within, selector) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  document.documentElement.classList.add("js");

  // A region announces a change, so the same words twice need a moment without any.
  const say = (text) => {
    byId("live").textContent = "";
    setTimeout(() => { byId("live").textContent = text; }, 50);
  };

  // ---- Fields ----

  // A preference that needs another follows it at once.
  const follow = () => {
    for (const needy of all(document, "input[data-needs]")) {
      needy.disabled = !byId(needy.dataset.needs).checked;
      if (needy.disabled) needy.checked = false;
    }
  };

  // Shows the rows that have every word typed; whoever is picked stays in sight.
  const filter = (form) => {
    const rows = [...byId(form.dataset.filter).children];
    const words = form.querySelector("input").value.toLowerCase().split(/\s+/);
    const kind = form.querySelector("select")?.value;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const found = words.every((word) => text.includes(word)) && (!kind || row.dataset.kind === kind);
      row.hidden = !found && !row.querySelector("input:checked");
    }
    const shown = rows.filter((row) => !row.hidden).length;
    const count = form.querySelector("[data-found]");
    count.textContent = `${shown} of ${rows.length} ${count.dataset.found}`;
    form.parentElement.querySelector("[data-empty]").hidden = shown > 0;
  };

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, ({ target }) => {
      target.dataset.touched = "";
      follow();
      if (target.form?.dataset.filter) filter(target.form);
    });
  }

  // Times as they are where the reader is; the server knows UTC only, which stays in the tooltip.
  const clock = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" });
  const localise = () => {
    for (const time of all(document, "main time:not([title])")) {
      time.title = time.textContent;
      time.textContent = clock.format(new Date(time.dateTime));
    }
  };

  // ---- Showing another state of the page ----

  // What stands for an element of the page before.
  const again = (gone) => {
    if (!gone || gone.isConnected) return gone;
    if (gone.id) return byId(gone.id);
    // As written: resolved, a mere fragment is the same as the address of the page.
    const written = gone.getAttribute("href");
    if (written) return all(document, "main a").find((link) => link.getAttribute("href") === written);
    const action = gone.closest("form")?.getAttribute("action");
    return action && all(document, "main form").find((form) => form.getAttribute("action") === action)?.querySelector("button");
  };

  // Gives the focus to the first that takes it: what is hidden or gone does not.
  const focus = (...candidates) => {
    for (const candidate of candidates) {
      candidate?.focus({ preventScroll: true });
      if (candidate && document.activeElement === candidate) return;
    }
  };
  // What was said of the last form; how things stand is said elsewhere, in banners.
  const notice = () => document.querySelector("main > .notice[role=status]");

  // The heading of the section that an element is or was in.
  const heading = (element) => {
    const found = byId(element.closest("section")?.getAttribute("aria-labelledby"));
    if (found) found.tabIndex = -1;
    return found;
  };

  // What the page shows, and how often that was replaced.
  const place = () => location.pathname + location.search;
  let [shown, swaps] = [place(), 0];

  // What was entered there is on its way: only what is entered from now on is to be kept. The function
  // takes that back.
  const sending = (part) => {
    const fields = all(part, "[data-touched]");
    for (const field of fields) delete field.dataset.touched;
    return () => { for (const field of fields) field.dataset.touched = ""; };
  };

  // Replaces what the page shows, and nothing of what somebody is at: scrolled, typed, focused.
  const swap = (page) => {
    const [old, fresh] = [document.querySelector("main"), page.querySelector("main")];
    const touched = all(old, "[data-touched][id]");
    const scrolled = all(old, ".scroll[id]").map(({ id, scrollTop }) => [id, scrollTop]);
    const opened = all(old, "details[id][open]").map(({ id }) => id);
    const [x, y, active] = [scrollX, scrollY, old.contains(document.activeElement) && document.activeElement];
    shown = place();
    swaps += 1;
    document.title = page.title;
    old.replaceWith(fresh);
    for (const { id, checked, value } of touched) {
      const field = byId(id);
      if (!field) continue;
      Object.assign(field, { checked, value });
      field.dataset.touched = "";
    }
    for (const id of opened) byId(id)?.setAttribute("open", "");
    follow();
    localise();
    all(fresh, "form[data-filter]").forEach(filter);
    for (const [id, top] of scrolled) byId(id)?.scrollTo(0, top);
    scrollTo(x, y);
    if (active) focus(again(active), heading(active));
    watch();
  };

  // Says what went wrong, in the form if it is still there.
  const complain = (form, text) => {
    const alert = document.createElement("p");
    alert.className = "notice banner";
    alert.setAttribute("role", "alert");
    alert.textContent = text;
    // Of a dialog that was closed meanwhile the page has to say it.
    if (form.isConnected) form.append(alert);
    else document.querySelector("main").prepend(alert);
    alert.scrollIntoView({ block: "nearest" });
  };

  // A page that has to be read before anything else, such as that the session has ended.
  const interrupt = (page) => {
    all(document, "dialog").forEach((dialog) => dialog.close());
    swap(page);
    scrollTo(0, 0);
    const title = document.querySelector("main h1");
    if (title) title.tabIndex = -1;
    focus(title);
  };

  // The tab as it is looked at, searched and paged, with what was just done.
  const lookedAt = async (answer) => {
    const here = new URL(location.href);
    if (!here.search) return answer;
    new URL(answer.url).searchParams.forEach((value, name) => here.searchParams.set(name, value));
    const same = await fetch(here).catch(() => answer);
    return same.ok ? same : answer;
  };

  // ---- Forms ----

  const send = async (form, button) => {
    if (form.ariaBusy === "true") return;
    const fields = new URLSearchParams(new FormData(form));
    if (button?.name) fields.append(button.name, button.value);
    const buttons = all(form, "button");
    const busy = (is) => {
      form.ariaBusy = String(is);
      for (const each of buttons) each.disabled = is;
    };
    all(form, "[role=alert]").forEach((alert) => alert.remove());
    const keep = sending(form);
    busy(true);
    try {
      const answer = await fetch(button?.getAttribute("formaction") ?? form.getAttribute("action"), { method: "POST", body: fields });
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
        done(button);
      }
    } catch {
      keep();
      complain(form, "No answer came; the connection may be away. What you entered is still here: try again.");
    } finally {
      busy(false);
      if (form.isConnected) button?.focus({ preventScroll: true });
    }
  };

  // Says what was done, for some seconds in sight wherever the page is scrolled to.
  const done = (button) => {
    const said = notice();
    if (said) {
      say(said.textContent);
      said.tabIndex = -1;
      said.classList.add("toast");
      setTimeout(() => said.classList.remove("toast"), 8000);
    }
    if (document.activeElement === document.body) focus(again(button), said);
  };

  // Shows another address of the tab, such as the next page of a list, which a form or a link asked for.
  let asked = 0;
  const go = async (url, origin) => {
    const mine = ++asked;
    const section = heading(origin);
    sending(origin.closest("section"));
    origin.ariaBusy = "true";
    try {
      let [answer, page, before] = [];
      do {
        before = swaps;
        answer = await fetch(url);
        page = await parse(answer);
        // Something else was asked for meanwhile.
        if (mine !== asked) return;
        // Something was saved meanwhile, which may not be on this page yet.
      } while (swaps !== before);
      if (answer.status === 401) return interrupt(page);
      if (!answer.ok) return location.assign(url);
      history.pushState(null, "", url);
      swap(page);
      const found = byId(section?.id)?.closest("section").querySelector("[data-say]");
      if (found) say(found.textContent);
    } catch {
      if (mine === asked) location.assign(url);
    } finally {
      origin.ariaBusy = "false";
    }
  };
  // It comes for a mere change of the fragment too.
  addEventListener("popstate", () => { if (place() !== shown) location.reload(); });

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.dataset.filter) {
      event.preventDefault();
    } else if (form.method === "post" && !form.matches("[action$='/disconnect'], [data-plain]")) {
      event.preventDefault();
      send(form, submitter);
    } else if (form.method === "get" && "quiet" in form.dataset) {
      event.preventDefault();
      const url = new URL(form.action);
      url.search = new URLSearchParams(new FormData(form));
      go(url, form);
    }
  });

  // ---- Dialogs ----

  let opening = false;
  const open = async (link) => {
    if (opening) return;
    opening = true;
    try {
      const answer = await fetch(link.href);
      const page = await parse(answer);
      if (answer.status === 401) return interrupt(page);
      // As a page of its own it can say what is wrong.
      if (!answer.ok) return location.assign(link.href);
      const dialog = document.createElement("dialog");
      dialog.append(...page.querySelector("main").children);
      const heading = dialog.querySelector("h1");
      heading.id = "dialog-title";
      dialog.setAttribute("aria-labelledby", heading.id);
      // What came of saving is said in it.
      dialog.addEventListener("cancel", (event) => {
        if (dialog.querySelector("form[aria-busy=true]")) event.preventDefault();
      });
      dialog.addEventListener("close", () => {
        dialog.remove();
        focus(again(link), notice());
      });
      document.body.append(dialog);
      dialog.showModal();
      dialog.querySelector(".offers input:checked")?.scrollIntoView({ block: "center" });
      dialog.querySelector("input[type=search]")?.focus();
    } catch {
      location.assign(link.href);
    } finally {
      opening = false;
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const dialog = link.closest("dialog");
    if ("dialog" in link.dataset) {
      event.preventDefault();
      open(link);
    } else if (dialog && "close" in link.dataset) {
      event.preventDefault();
      if (!dialog.querySelector("form[aria-busy=true]")) dialog.close();
    } else if ("clear" in link.dataset) {
      event.preventDefault();
      const form = link.closest("section").querySelector("form[data-filter]");
      for (const field of all(form, "input, select")) {
        field.value = "";
        field.dataset.touched = "";
      }
      filter(form);
      form.querySelector("input").focus();
    } else if ("quiet" in link.dataset) {
      event.preventDefault();
      go(link.href, link);
    }
  });

  // ---- The progress of a sync ----

  let [timer, wait] = [0, 1000];
  const box = () => document.querySelector("[data-status-url]");
  const show = (name, { done, total }) => {
    for (const bar of all(box(), `progress[data-progress="${name}"]`)) Object.assign(bar, { max: Math.max(total, 1), value: done });
    for (const text of all(box(), `[data-count="${name}"]`)) text.textContent = `${done} of ${total}`;
  };
  // Shows how things stand now, unless something else was shown meanwhile, or is about to be.
  const refresh = async () => {
    const before = swaps;
    const answer = await fetch(location.href);
    if (!answer.ok) throw answer;
    const page = await parse(answer);
    if (swaps !== before || document.querySelector("form[aria-busy=true]")) return;
    // What was said at the last load is not said again.
    all(page, "main > .notice[role=status]").forEach((notice) => notice.remove());
    swap(page);
    say((document.querySelector("main .banner") ?? box()?.querySelector("p"))?.textContent ?? "");
  };
  const look = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(box().dataset.statusUrl, { headers: { Accept: "application/json" } });
      const status = answer.ok ? await answer.json() : {};
      if (answer.status === 401) return interrupt(await parse(answer));
      if (!answer.ok) throw answer;
      show("projects", status.projects);
      show("photos", status.photos);
      for (const text of all(box(), "[data-text]")) text.textContent = status[text.dataset.text] ?? text.textContent;
      if (status.state !== box().dataset.state || status.down.join() !== box().dataset.down) await refresh();
      wait = 1000;
    } catch {
      // The connection is away for a moment; ask less often until it is back.
      wait = Math.min(wait * 2, 30000);
    }
    watch();
  };
  const watch = () => {
    clearTimeout(timer);
    if (box()?.dataset.state === "syncing") timer = setTimeout(look, wait);
  };
  // Somebody else may have started a sync meanwhile.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && box()) look();
  });

  // What was done is said once, and not again when the page is loaded again.
  const here = new URL(location.href);
  here.searchParams.delete("notice");
  history.replaceState(null, "", here);
  shown = place();

  follow();
  localise();
  watch();
})();
