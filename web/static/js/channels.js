/** The channels of a session that has some: which one to follow, and what each costs. */
import { byId, text } from "./dom.js";

/** @typedef {import("./stage.js").Source} Source */

/** A language's own name for itself, as its speakers look for it. @param {string} tag */
function autonym(tag) {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) || tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

/** The choice stays in the address, so that a page opened again has it. @param {string} name @param {string} value */
export function inAddress(name, value) {
  const url = new URL(location.href);
  url.searchParams.set(name, value);
  history.replaceState(null, "", url);
}

/** @param {Source[]} sources what each channel shows @param {string | undefined} current @param {(channel: string) => void} choose */
export function draw(sources, current, choose) {
  const blank = /** @type {HTMLTemplateElement} */ (byId("channel"));
  const items = sources.map(({ channel, megabytes_per_hour: mb }) => {
    const item = /** @type {DocumentFragment} */ (blank.content.cloneNode(true));
    const [link, name, cost] = /** @type {NodeListOf<HTMLElement>} */ (item.querySelectorAll("a, span, small"));
    const own = text(`channel_${channel}`);
    name.textContent = own || autonym(channel);
    if (!own) name.lang = channel;
    cost.textContent = mb ? text("cost", { mb }) : "";
    link.setAttribute("href", `?channel=${channel}`);
    if (channel === current) link.setAttribute("aria-current", "true");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      inAddress("channel", channel);
      choose(channel);
    });
    return item;
  });
  const list = /** @type {Element} */ (byId("channels").lastElementChild);
  const focused = list.contains(document.activeElement);
  list.replaceChildren(...items);
  if (focused) /** @type {HTMLElement | null} */ (list.querySelector("[aria-current]"))?.focus();
}
