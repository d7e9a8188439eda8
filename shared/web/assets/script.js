"use strict";
// The page works without this script. With it, a preference that needs another follows it at once, and
// the progress of a sync stays up to date.
(() => {
  for (const needy of document.querySelectorAll("input[data-needs]")) {
    const needed = document.getElementById(needy.dataset.needs);
    const follow = () => {
      needy.disabled = !needed.checked;
      if (needy.disabled) needy.checked = false;
    };
    needed.addEventListener("change", follow);
    follow();
  }
})();
(() => {
  const box = document.querySelector("[data-status-url]");
  if (!box) return;
  const show = (name, part) => {
    const bar = box.querySelector(`progress[data-progress="${name}"]`);
    const text = box.querySelector(`[data-count="${name}"]`);
    if (bar) {
      bar.max = Math.max(part.total, 1);
      bar.value = part.done;
    }
    if (text) text.textContent = `${part.done} of ${part.total}`;
  };
  let wait = 1000;
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.statusUrl, { headers: { Accept: "application/json" } });
      if (answer.status === 401) return;
      const status = await answer.json();
      show("projects", status.projects);
      show("photos", status.photos);
      if (status.state !== box.dataset.state) {
        location.reload();
        return;
      }
      wait = 1000;
    } catch {
      // The connection is away for a moment; ask less often until it is back.
      wait = Math.min(wait * 2, 30000);
    }
    setTimeout(look, wait);
  };
  if (box.dataset.state === "syncing") setTimeout(look, wait);
})();
