/** A browser's edge that a test can hold: sockets, requests, timers and the page's own events. */
import { mock } from "node:test";

export class FakeSocket {
  static all = [];
  static get last() {
    return FakeSocket.all.at(-1);
  }

  readyState = 0;
  sent = [];
  closed = false;

  constructor(url, subprotocol) {
    Object.assign(this, { url, subprotocol });
    FakeSocket.all.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 3;
  }

  /* What the server and the network do. */

  opens() {
    this.readyState = 1;
    this.onopen();
    return this;
  }

  says(message) {
    this.onmessage({ data: JSON.stringify(message) });
    return this;
  }

  ends(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose({ code, reason });
  }
}

/** A fresh world; `requests` are the calls made, `answers` what they get (a function of the body). */
export function world() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  mock.method(Math, "random", () => 1);
  FakeSocket.all = [];
  const page = new EventTarget();
  const requests = [];
  const made = { requests, answer: { ok: false, status: 0, body: null } };
  Object.assign(globalThis, {
    WebSocket: FakeSocket,
    location: new URL("https://live.example.org/s/atelier-1"),
    document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
    addEventListener: page.addEventListener.bind(page),
    fetch: async (path, { method, body }) => {
      requests.push({ method, path, body: JSON.parse(body) });
      if (!made.answer.status) throw new TypeError("offline");
      return Response.json(made.answer.body, { status: made.answer.status });
    },
  });
  return Object.assign(made, {
    happens: (type, more = {}) => page.dispatchEvent(Object.assign(new Event(type), more)),
    turns(state) {
      document.visibilityState = state;
      document.dispatchEvent(new Event("visibilitychange"));
    },
    /** Time passes; what was waiting for an answer gets it. */
    async passes(ms) {
      mock.timers.tick(ms);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
}
