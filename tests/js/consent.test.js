import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { keep, kept } from "../../web/static/js/consent.js";

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
let stored;

beforeEach(() => {
  stored = new Map();
  globalThis.localStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
  };
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: NOW });
});

test("nothing is kept, and nothing written, unless it is asked for", () => {
  assert.deepEqual(kept(), {});
  assert.equal(stored.size, 0);
});

test("a word holds for its provider alone and six months at the most", () => {
  keep("youtube", true);

  assert.deepEqual(Object.keys(kept()), ["youtube"]);
  assert.ok(kept().youtube - NOW <= 184 * DAY);
  mock.timers.tick(181 * DAY);
  assert.deepEqual(kept(), {});
});

test("what is taken back leaves nothing behind", () => {
  keep("youtube", true);
  keep("facebook", true);
  keep("youtube", false);
  assert.deepEqual(Object.keys(kept()), ["facebook"]);

  keep("facebook", false);
  assert.equal(stored.size, 0);
});

test("what was put off by a wrong clock, or is not ours, counts for nothing", () => {
  for (const value of ['{"youtube": 9e15}', '{"youtube": "soon"}', "[1]", "null", "rubbish"]) {
    stored.set("streamhub.players", value);
    assert.deepEqual(kept(), {}, value);
  }
});

test("a browser without storage asks each time", () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  keep("youtube", true);
  assert.deepEqual(kept(), {});
  delete globalThis.localStorage;
});
