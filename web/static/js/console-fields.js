/** Forms of the console: fields to JSON, and what the service refuses next to its field. */
import { show, text } from "./dom.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/** @param {HTMLFormElement} form @returns {Field[]} */
const fields = (form) => /** @type {Field[]} */ ([...form.elements]).filter((one) => one.name);

/** The value that goes into the JSON; undefined leaves the field out. @param {Field} field @returns {unknown} */
function value(field) {
  const { kind } = field.dataset;
  const box = /** @type {HTMLInputElement} */ (field);
  if (kind === "bool") return box.checked;
  if (kind === "number") return optional(field) ?? (field.name === "seats" ? null : undefined);
  if (kind === "time") return field.value ? new Date(field.value).toISOString() : undefined;
  if (kind === "optional") return field.value || undefined;
  return field.value;
}

/** A whole number as such, other words as they are, so that the service names the field. @param {Field} field */
const optional = (field) => (field.value === "" ? undefined : /^-?\d+$/.test(field.value) ? Number(field.value) : field.value);

/** Names with a dot are one object: `titles.fr` and `titles.en`. @param {HTMLFormElement} form */
export function body(form) {
  /** @type {Record<string, any>} */
  const made = {};
  for (const field of fields(form)) {
    if (field.dataset.kind === "list") {
      const box = /** @type {HTMLInputElement} */ (field);
      if (box.checked) (made[field.name] ||= []).push(box.value);
      continue;
    }
    const found = value(field);
    const [name, part] = field.name.split(".");
    if (part) (made[name || ""] ||= {})[part] = found;
    else if (found !== undefined) made[field.name] = found;
  }
  return made;
}

/** @param {HTMLFormElement} form */
export function clear(form) {
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const wrong of form.querySelectorAll("[data-wrong]")) show(wrong, false);
  show(form.querySelector("[data-said]"), false);
}

/**
 * Say each problem next to its field; how many have found theirs.
 * @param {HTMLFormElement} form @param {{field: string}[]} wrong @param {string} [sentence]
 */
export function problems(form, wrong, sentence = "") {
  let first;
  let shown = 0;
  for (const name of new Set(wrong.map((one) => one.field))) {
    const box = form.querySelector(`[data-wrong="${CSS.escape(name)}"]`) || form.querySelector(`[data-wrong^="${CSS.escape(name)}."]`);
    if (!box) continue;
    shown += 1;
    box.textContent = sentence || text(`w_${name.split(".")[0]}`);
    show(box, true);
    const field = box.parentElement?.querySelector("input, select, textarea");
    field?.setAttribute("aria-invalid", "true");
    const folded = box.closest("details");
    if (folded) folded.open = true;
    first ||= field;
  }
  /** @type {HTMLElement | undefined} */ (first)?.focus();
  return shown;
}
