// Times as they are where the reader is, and how long ago something happened. The server knows UTC only; the exact time
// stays in the tooltip.

const clock = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit",
});

const past = new Intl.RelativeTimeFormat(undefined, { numeric: "always" });

/** The zone's name, such as “Central Standard Time”. */
function zone() {
  const named = new Intl.DateTimeFormat(undefined, { timeZoneName: "long" });
  const part = named.formatToParts(new Date()).find(({ type }) => type === "timeZoneName");
  return part?.value ?? "local time";
}

/**
 * How long ago that was, if it was a day at most.
 * @param {Date} moment
 */
function ago(moment) {
  const minutes = Math.floor((Date.now() - moment.getTime()) / 60_000);
  if (minutes < 0 || minutes >= 24 * 60) return undefined;
  if (minutes < 1) return "just now";
  return minutes < 60 ? past.format(-minutes, "minute") : past.format(-Math.floor(minutes / 60), "hour");
}

function localiseTimes() {
  for (const name of all(document, "[data-zone]")) name.textContent = zone();
  /** @type {HTMLTimeElement[]} */
  const times = all(document, "main time");
  for (const time of times) {
    const moment = new Date(time.dateTime);
    const exact = clock.format(moment);
    const text = ("ago" in time.dataset && ago(moment)) || exact;
    time.title = exact;
    // What did not change is not said again by a screen reader.
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(localiseTimes, 30_000);
