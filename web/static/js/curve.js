/** The curve grows by a point a minute; the server drew it up to the moment when the page was made. */
import { byId, clock, fill, show } from "./dom.js";
import { h } from "./make.js";

/** @typedef {{at: number, present: number, hall: number, remote: number}} Point */

const GRID = 3;
const STEPS = [1, 2, 5];

/** The top of the axis: three equal steps that people count in. @param {number} highest */
function scale(highest) {
  for (let power = 1; ; power *= 10) for (const step of STEPS) if (GRID * step * power >= highest) return GRID * step * power;
}

export class Curve {
  /** @param {Point[]} points @param {string} zone @param {{at: number, present: number} | null} top */
  constructor(points, zone, top) {
    this.points = points;
    this.zone = zone;
    this.top = top;
  }

  /** The most together, whenever it was: not only at the points. @param {number} at @param {number} present */
  see(at, present) {
    if (present <= (this.top?.present ?? 0)) return;
    this.top = { at, present };
    this.caption();
  }

  /** @param {Point} point */
  add(point) {
    this.points.push(point);
    if (this.points.length < 2) return;
    show(document.getElementById("no-curve"), false);
    show(byId("curve"), true);
    this.draw(byId("curve"), point);
  }

  /** @param {HTMLElement} figure @param {Point} last */
  draw(figure, last) {
    const first = this.points[0].at;
    const width = Math.max(1, Math.round((last.at - first) / 1000));
    const top = scale(Math.max(1, this.top?.present ?? 0, ...this.points.map((point) => point.present)));
    const box = /** @type {SVGElement} */ (figure.querySelector(".plot svg"));
    box.setAttribute("viewBox", `0 0 ${width} 100`);
    for (const line of box.querySelectorAll("line:not(.peak)")) line.setAttribute("x2", String(width));
    const x = (/** @type {Point} */ point) => Math.round((point.at - first) / 1000);
    const y = (/** @type {number} */ value) => (100 - (100 * value) / top).toFixed(1);
    /** @param {keyof Point} key */
    const path = (key) => "M" + this.points.map((point) => [x(point), y(point[key])].join(" ")).join("L");
    box.querySelector(".l-all")?.setAttribute("d", path("present"));
    box.querySelector(".l-hall")?.setAttribute("d", path("hall"));
    box.querySelector(".l-remote")?.setAttribute("d", path("remote"));
    box.querySelector(".area")?.setAttribute("d", `${path("present")}L${width} 100L0 100z`);
    figure.querySelectorAll(".y li").forEach((label, order) => {
      label.textContent = String((top * (GRID - order)) / GRID);
    });
    const marks = figure.querySelectorAll(".x li");
    marks.forEach((mark, order) => {
      mark.textContent = clock(first + ((last.at - first) * order) / (marks.length - 1), this.zone);
    });
    this.peak(box, first);
    const numbers = [last.present, last.hall, last.remote].map((value) => h("td", { class: "n" }, String(value)));
    figure.querySelector("tbody")?.append(h("tr", {}, h("th", { scope: "row" }, clock(last.at, this.zone)), ...numbers));
  }

  /** @param {SVGElement} box @param {number} first */
  peak(box, first) {
    const x = String(Math.max(0, Math.round(((this.top?.at ?? first) - first) / 1000)));
    const line = box.querySelector(".peak");
    line?.setAttribute("x1", x);
    line?.setAttribute("x2", x);
    this.caption();
  }

  caption() {
    const { at, present } = this.top ?? { at: this.points[0]?.at ?? 0, present: 0 };
    const caption = /** @type {HTMLElement} */ (byId("curve").querySelector("figcaption"));
    caption.textContent = fill(caption.dataset.text || "", { peak: present, at: clock(at, this.zone) });
  }
}
