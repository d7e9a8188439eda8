// Times as they are where the reader is; the server knows UTC only, which stays in the tooltip.

const clock = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit",
});

function localiseTimes() {
  /** @type {HTMLTimeElement[]} */
  const times = all(document, "main time:not([title])");
  for (const time of times) {
    time.title = time.textContent;
    time.textContent = clock.format(new Date(time.dateTime));
  }
}
