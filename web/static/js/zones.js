/**
 * Times where the reader is, first, with the summit's beside them; fetched where the two differ.
 * A time says its weekday where that is another one than the summit's.
 */
import { byId, clock, fill } from "./dom.js";

const lang = document.documentElement.lang;
const city = Intl.DateTimeFormat().resolvedOptions().timeZone.replace(/.*\//, "").replace(/_/g, " ");

/** @param {number | string} at @param {string} zone the summit's */
export function ownTime(at, zone) {
  /** @param {string} [timeZone] */
  const day = (timeZone) => new Date(at).toLocaleDateString(lang, { weekday: "short", timeZone });
  return day() === day(zone) ? clock(at) : `${day()} ${clock(at)}`;
}

/** The times of the session itself. @param {string} sentence @param {string} zone @param {number} starts @param {number} ends */
export const ownRange = (sentence, zone, starts, ends) =>
  fill(sentence, { times: `${ownTime(starts, zone)} – ${clock(ends)}`, city });

/** Every list of sessions. @param {string} zone @param {string} host the summit's city */
export function ownLists(zone, host) {
  for (const item of document.querySelectorAll("b:has([data-host])")) {
    const times = /** @type {NodeListOf<HTMLTimeElement>} */ (item.querySelectorAll("time"));
    const beside = /** @type {HTMLElement} */ (item.querySelector("[data-host]"));
    if (times[0].dataset.own) continue;
    times[0].dataset.own = "1";
    beside.textContent = `${clock(times[0].dateTime, zone)} ${host}`;
    beside.hidden = false;
    times.forEach((time, place) => {
      time.textContent = place ? clock(time.dateTime) : ownTime(time.dateTime, zone);
    });
  }
  const note = byId("zones");
  if (note?.dataset.own) note.textContent = fill(note.dataset.own, { city });
}
