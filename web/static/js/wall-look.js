/** A look at one source before everybody sees it: nothing is asked from its provider before a click. */
import { byId, show, text } from "./dom.js";
import { h } from "./make.js";

/** @typedef {import("./wall-sources.js").Item} Item */

/**
 * @param {any} page @param {(id: string) => void} switchTo
 */
export function looking(page, switchTo) {
  const box = byId("look");
  const place = byId("look-at");
  /** @type {Item | null} */
  let seen = null;
  /** Where the reader was. @type {HTMLElement | null} */
  let from = null;

  /** @param {Item} item @param {HTMLElement} button */
  function open(item, button) {
    seen = item;
    from = button;
    const name = item.label || text("text_source");
    byId("look-t").textContent = text("look_at", { name });
    place.replaceChildren();
    const asks = Boolean(item.embed_url) && item.needs_click;
    byId("look-who").textContent = asks ? text("look_company", { company: item.company }) : item.elsewhere ? text("look_elsewhere") : "";
    show(byId("look-load"), asks);
    show(byId("look-open"), item.elsewhere);
    if (item.elsewhere) byId("look-open").setAttribute("href", item.link_url || "");
    show(document.getElementById("look-show"), !item.active);
    show(box, true);
    if (item.text) place.replaceChildren(h("p", { class: "prose" }, item.text), ...(item.phone ? [h("p", {}, h("strong", {}, item.phone))] : []));
    if (item.embed_url && !asks) load();
    byId("look-t").focus();
    box.scrollIntoView({ block: "nearest" });
  }

  function load() {
    if (!seen) return;
    show(byId("look-load"), false);
    byId("look-who").textContent = "";
    const src = `/s/${page.slug}/player?source=${seen.id}&lang=${document.documentElement.lang}`;
    const allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    place.replaceChildren(h("iframe", { src, allow, allowfullscreen: true, title: byId("look-t").textContent }));
  }

  function close() {
    seen = null;
    place.replaceChildren();
    show(box, false);
    if (box.contains(document.activeElement) || document.activeElement === document.body) from?.focus();
  }

  /** The list changed. @param {Item[]} items */
  function follow(items) {
    if (!seen) return;
    const still = items.find((item) => item.id === seen?.id);
    if (!still) return close();
    seen = still;
    show(document.getElementById("look-show"), !still.active);
  }

  byId("look-load").addEventListener("click", load);
  byId("look-close").addEventListener("click", close);
  document.getElementById("look-show")?.addEventListener("click", () => seen && switchTo(seen.id));
  return { open, follow };
}
