/** The programme in the reader's own time, where that is another one than the summit's. */
import { clock, data } from "./dom.js";
import { ownLists } from "./zones.js";

/** @type {{zone: string, city: string}} */
const page = data("page");
const times = /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("b > time"));

if ([...times].some(({ dateTime }) => clock(dateTime) !== clock(dateTime, page.zone))) ownLists(page.zone, page.city);
