/** What this browser keeps of consents, and the way to take each back. */
import { keep, kept } from "./consent.js";
import { byId, show, text } from "./dom.js";

const lang = document.documentElement.lang;

function draw() {
  const all = Object.entries(kept());
  const blank = /** @type {HTMLTemplateElement} */ (byId("kept-one"));
  const rows = all.map(([provider, until]) => {
    const row = /** @type {DocumentFragment} */ (blank.content.cloneNode(true));
    const [words, button] = /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("span, button"));
    const name = text(provider) || provider;
    words.textContent = text("until", { name, until: new Date(until).toLocaleDateString(lang, { dateStyle: "long" }) });
    button.setAttribute("aria-label", text("again", { name }));
    button.addEventListener("click", () => {
      keep(provider, false);
      draw();
      byId("kept-none").focus();
    });
    return row;
  });
  byId("kept-list").replaceChildren(...rows);
  show(byId("kept-none"), !all.length);
}

draw();
