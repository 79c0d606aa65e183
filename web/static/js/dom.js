/** Small hands for pages: find, fill, tell the time. Nothing here parses HTML. */

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * The data that the server put into the page.
 * @param {string} id @returns {any}
 */
export const data = (id) => JSON.parse(byId(id)?.textContent || "{}");

/** @type {Record<string, string>} */
const texts = data("texts");

/**
 * A sentence with its `{places}` filled in.
 * @param {string} sentence @param {Record<string, unknown>} values
 */
export const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));

/**
 * A text of the page in its language, filled in; empty where there is none.
 * @param {string} key @param {Record<string, unknown>} [values]
 */
export const text = (key, values = {}) => fill(texts[key] || "", values);

/**
 * Show or hide.
 * @param {Element | null} element @param {unknown} shown
 */
export const show = (element, shown) => element?.toggleAttribute("hidden", !shown);

/**
 * Do this when it is pressed; until it is done the button says that it is at work.
 * @param {string} id @param {(event: Event) => any} work
 */
export const when = (id, work) => {
  const button = byId(id);
  button?.addEventListener("click", async (event) => {
    button.ariaBusy = "true";
    try {
      await work(event);
    } finally {
      button.ariaBusy = null;
    }
  });
};

/**
 * A time of day on a clock: the summit's, or by default the reader's own.
 * @param {number | string} instant @param {string} [zone]
 */
export const clock = (instant, zone) =>
  new Intl.DateTimeFormat("fr", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(
    new Date(instant),
  );

/**
 * The shape before a word.
 * @param {Element | null} use @param {string} name
 */
export const shape = (use, name) => use?.setAttribute("href", `#i-${name}`);

let spoken = 0;
/** @type {number | undefined} */
let waiting;

/**
 * Say a whole sentence to those who listen, at most one every ten seconds, the last one wins.
 * @param {string} sentence
 */
export function speak(sentence) {
  clearTimeout(waiting);
  const say = () => {
    spoken = Date.now();
    const voice = byId("voice");
    if (voice && voice.textContent !== sentence) voice.textContent = sentence;
  };
  waiting = window.setTimeout(say, Math.max(0, spoken + 10_000 - Date.now()));
}
