/** Elements made by script, for the staff's pages; text is always set as text. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name @param {Record<string, unknown>} [attributes] @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, /** @type {EventListener} */ (value));
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {...Node} children */
export function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** The shape of a state. @param {string} name */
export const icon = (name) => svg("svg", { class: "g", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));

/** Words for those who do not see the row. @param {string} words */
export const unseen = (words) => h("span", { class: "sr" }, words);

/**
 * Cut a ribbon by people: only kinds that have some.
 * @param {Element | null} band @param {[string, number][]} parts
 */
export function cut(band, parts) {
  if (!band) return;
  const some = parts.filter(([, count]) => count > 0);
  const shown = some.length ? some : /** @type {[string, number][]} */ ([["none", 1]]);
  let x = 0;
  const rects = shown.map(([kind, width]) => {
    const rect = svg("rect", { class: `b-${kind}`, x, width, height: 1 });
    x += width;
    return rect;
  });
  band.setAttribute("viewBox", `0 0 ${x} 1`);
  band.replaceChildren(...rects);
}
