// Times as they are where the reader is; the server knows UTC only, which stays in the tooltip.

const clock = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit",
});

/** The zone's name, such as “Central Standard Time”. */
function zone() {
  const named = new Intl.DateTimeFormat(undefined, { timeZoneName: "long" });
  const part = named.formatToParts(new Date()).find(({ type }) => type === "timeZoneName");
  return part?.value ?? "local time";
}

function localiseTimes() {
  for (const name of all(document, "[data-zone]")) name.textContent = zone();
  /** @type {HTMLTimeElement[]} */
  const times = all(document, "main time:not([title])");
  for (const time of times) {
    time.title = time.textContent;
    time.textContent = clock.format(new Date(time.dateTime));
  }
}
