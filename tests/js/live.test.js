import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { connect, delay, stops } from "../../web/static/js/live.js";
import { FakeSocket, world } from "./world.js";

const WELCOME = { type: "welcome", session: "atelier-1", since: "2021-11-04T13:30:00.000Z" };

let here;
let heard;

beforeEach(() => {
  here = world();
  heard = [];
});

function open(options) {
  const live = connect("atelier-1", options);
  for (const type of ["up", "unstable", "lost", "stopped", "welcome", "count"]) {
    live.on(type, (detail) => heard.push([type, detail]));
  }
  return live;
}

const line = () => heard.map(([type]) => type).filter((type) => type !== "count");
const sockets = () => FakeSocket.all.length;

test("codes below 4400 bring the client back, 44xx stop it", () => {
  assert.deepEqual([4001, 4008, 1006, 1000].map(stops), [false, false, false, false]);
  assert.deepEqual([4400, 4401, 4410, 4429].map(stops), [true, true, true, true]);
});

test("the bound of the delay doubles from one second to thirty", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((attempt) => delay(attempt)), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  Math.random.mock.mockImplementation(() => 0);
  assert.equal(delay(9), 0);
});

test("a page connects with our subprotocol, says how it stands and hears messages", () => {
  open();
  FakeSocket.last.opens().says(WELCOME).says({ type: "count", present: 5 });

  assert.equal(FakeSocket.last.url, "wss://live.example.org/api/v1/live?session=atelier-1");
  assert.equal(FakeSocket.last.subprotocol, "streamhub.v1.json");
  assert.deepEqual(FakeSocket.last.sent, [{ type: "beat", visible: true, player: "closed" }]);
  assert.deepEqual(heard, [["up", {}], ["welcome", WELCOME], ["count", { type: "count", present: 5 }]]);
});

test("a viewer says hello first, under a name that lasts as long as the page", () => {
  open({ viewer: true });
  FakeSocket.last.opens().says(WELCOME).ends();
  here.passes(1_000);
  FakeSocket.last.opens();

  const names = FakeSocket.all.map((socket) => socket.sent[0]);
  assert.equal(names[0].type, "hello");
  assert.match(names[0].viewer, /^[A-Za-z0-9_-]{8,64}$/);
  assert.deepEqual(names[0], names[1]);
});

test("a broken line is unstable at once, lost after the grace, and up again after a welcome", async () => {
  open();
  FakeSocket.last.opens().says(WELCOME).ends();
  const brokeAt = 1_000_000;
  await here.passes(20_000);
  FakeSocket.last.opens().says(WELCOME);

  assert.deepEqual(line(), ["up", "welcome", "unstable", "lost", "up", "welcome"]);
  assert.deepEqual(heard[3][1], { code: 1006, reason: "", at: brokeAt });
});

test("back within the grace, nothing was lost", async () => {
  open();
  FakeSocket.last.opens().says(WELCOME).ends();
  await here.passes(1_000);
  FakeSocket.last.opens().says(WELCOME);
  await here.passes(60_000);

  assert.deepEqual(line(), ["up", "welcome", "unstable", "up", "welcome"]);
});

test("a page that was connected but never welcomed waits longer each time", async () => {
  open();
  for (const wait of [1_000, 2_000, 4_000]) {
    FakeSocket.last.opens().says({ type: "closing", code: 4005, reason: "storage_unavailable", retry_after_ms: 0 });
    FakeSocket.last.ends(4005, "storage_unavailable");
    const before = sockets();
    await here.passes(wait - 1);
    assert.equal(sockets(), before);
    await here.passes(1);
    assert.equal(sockets(), before + 1);
  }
});

test("a restart is waited for as long as the server asks, and the jitter on top", async () => {
  open();
  FakeSocket.last.opens().says(WELCOME);
  FakeSocket.last.says({ type: "closing", code: 4001, reason: "restart", retry_after_ms: 7_000 }).ends(4001, "restart");

  await here.passes(7_999);
  assert.equal(sockets(), 1);
  await here.passes(1);
  assert.equal(sockets(), 2);
  assert.deepEqual(heard.at(-1), ["unstable", { code: 4001, reason: "restart", at: 1_000_000 }]);
});

test("a refusal stops the page until the user asks", async () => {
  const live = open();
  FakeSocket.last.opens().says(WELCOME).ends(4411, "moved");
  here.happens("online");
  here.turns("hidden");
  here.turns("visible");
  await here.passes(600_000);

  assert.deepEqual(heard.at(-1), ["stopped", { code: 4411, reason: "moved" }]);
  assert.equal(sockets(), 1);

  live.retry();
  FakeSocket.last.opens().says(WELCOME);
  assert.deepEqual(line().slice(-2), ["up", "welcome"]);
});

test("a change of the page is told: hidden, visible, player opened", () => {
  const live = open();
  FakeSocket.last.opens().says(WELCOME);
  here.turns("hidden");
  here.turns("visible");
  live.player("opened");

  assert.deepEqual(FakeSocket.last.sent.slice(1), [
    { type: "beat", visible: false, player: "closed" },
    { type: "beat", visible: true, player: "closed" },
    { type: "beat", visible: true, player: "opened" },
  ]);
});

test("a page taken out of the browser's cache connects anew and hears no more of the old socket", () => {
  open();
  const old = FakeSocket.last.opens().says(WELCOME);
  here.happens("pageshow", { persisted: true });
  old.says({ type: "count", present: 1 });
  old.ends();

  assert.equal(sockets(), 2);
  assert.ok(old.closed);
  assert.deepEqual(line(), ["up", "welcome"]);
  assert.ok(!heard.some(([type]) => type === "count"));
});

test("the first showing of a page is no reason to connect twice", () => {
  open();
  here.happens("pageshow", { persisted: false });

  assert.equal(sockets(), 1);
});

test("the network's return and the page's return bring the line back at once", () => {
  open();
  FakeSocket.last.opens().says(WELCOME).ends();
  here.happens("online");
  assert.equal(sockets(), 2);

  FakeSocket.last.ends();
  here.turns("visible");
  assert.equal(sockets(), 3);
});

test("a socket that slept is asked, and replaced when it does not answer", async () => {
  open();
  FakeSocket.last.opens().says(WELCOME);
  here.turns("hidden");
  await here.passes(60_000);
  here.turns("visible");
  assert.deepEqual(FakeSocket.last.sent.map(({ type }) => type), ["beat", "beat", "resync", "beat"]);
  await here.passes(5_000);

  assert.equal(sockets(), 2);
  assert.equal(heard.at(-1)[0], "unstable");
});

test("a socket that answers is kept", async () => {
  open();
  FakeSocket.last.opens().says(WELCOME);
  here.happens("offline");
  here.happens("online");
  FakeSocket.last.says(WELCOME);
  await here.passes(30_000);

  assert.equal(sockets(), 1);
  assert.deepEqual(line(), ["up", "welcome", "unstable", "up", "welcome"]);
});

test("whoever left by a link is not brought back by a page in the background", async () => {
  const live = open();
  FakeSocket.last.opens().says(WELCOME);
  live.leave();
  here.turns("hidden");
  FakeSocket.last.ends();
  await here.passes(600_000);
  assert.equal(sockets(), 1);

  here.turns("visible");
  assert.equal(sockets(), 2);
});

test("leaving the page says goodbye", () => {
  open();
  FakeSocket.last.opens().says(WELCOME);
  here.happens("pagehide");

  assert.deepEqual(FakeSocket.last.sent.at(-1), { type: "bye" });
  assert.ok(FakeSocket.last.closed);
  assert.deepEqual(line(), ["up", "welcome"]);
});

test("what cannot be sent by the socket is said so", () => {
  const live = open();

  assert.equal(live.send({ type: "floor.request" }), false);
  FakeSocket.last.opens();
  assert.equal(live.send({ type: "floor.request", subject: "Santé" }), true);
  assert.deepEqual(FakeSocket.last.sent.at(-1), { type: "floor.request", subject: "Santé" });
});

/** Three sockets that do not open. */
async function blocked() {
  for (const wait of [1_000, 2_000, 0]) {
    FakeSocket.last.ends();
    await here.passes(wait);
  }
}

test("where sockets are blocked the page beats over HTTP and hears what it missed", async () => {
  here.answer = { status: 200, body: { messages: [WELCOME, { type: "count", present: 5 }] } };
  open();
  await blocked();

  assert.equal(sockets(), 3);
  const [{ method, path, body }] = here.requests;
  assert.deepEqual([method, path], ["POST", "/api/v1/sessions/atelier-1/beat"]);
  assert.match(body.page, /^[A-Za-z0-9_-]{8,64}$/);
  assert.deepEqual({ ...body, page: "" }, { page: "", visible: true, player: "closed", bye: false });
  assert.deepEqual(line(), ["unstable", "up", "welcome"]);

  here.answer.body.messages = [];
  await here.passes(30_000);
  assert.equal(here.requests.length, 2);
  assert.equal(here.requests[1].body.page, body.page);
});

test("every fourth beat tries a socket; one that opens takes over and the beats say goodbye", async () => {
  here.answer = { status: 200, body: { messages: [] } };
  open();
  await blocked();
  for (let beat = 0; beat < 4; beat += 1) await here.passes(30_000);
  assert.deepEqual([here.requests.length, sockets()], [4, 4]);
  FakeSocket.last.ends();
  await here.passes(0);
  assert.deepEqual([here.requests.length, line()], [5, ["unstable", "up"]]);

  for (let beat = 0; beat < 4; beat += 1) await here.passes(30_000);
  FakeSocket.last.opens().says(WELCOME);
  await here.passes(300_000);
  assert.equal(here.requests.at(-1).body.bye, true);
  assert.equal(here.requests.length, 9);
});

test("over HTTP a change of the page is told at once", async () => {
  here.answer = { status: 200, body: { messages: [] } };
  const live = open();
  await blocked();
  live.player("opened");
  here.turns("hidden");
  await here.passes(0);

  assert.deepEqual(here.requests.slice(1).map(({ body }) => [body.visible, body.player]), [[true, "opened"], [false, "opened"]]);
});

test("over HTTP a refusal stops, a closing that stops stops, a fault is tried again", async () => {
  here.answer = { status: 410, body: { code: "invitation_revoked" } };
  const live = open();
  await blocked();
  assert.deepEqual(heard.at(-1), ["stopped", { code: 4410, reason: "invitation_revoked" }]);

  here.answer = { status: 200, body: { messages: [{ type: "closing", code: 4411, reason: "moved" }] } };
  live.retry();
  await blocked();
  assert.deepEqual(heard.at(-1), ["stopped", { code: 4411, reason: "moved" }]);

  here.answer = { status: 503, body: { code: "storage_unavailable" } };
  live.retry();
  await blocked();
  assert.equal(heard.at(-1)[0], "unstable");
  const before = sockets();
  await here.passes(30_000);
  assert.equal(sockets(), before + 1);
});

test("a server that is down is no blocked socket: the page goes on trying both", async () => {
  open();
  await blocked();
  assert.equal(here.requests.length, 1);
  await here.passes(30_000);
  FakeSocket.last.opens().says(WELCOME);

  assert.deepEqual(line(), ["unstable", "lost", "up", "welcome"]);
});

test("over HTTP leaving the page says goodbye", async () => {
  here.answer = { status: 200, body: { messages: [] } };
  open();
  await blocked();
  here.happens("pagehide");
  here.turns("hidden");
  await here.passes(60_000);

  assert.deepEqual(here.requests.map(({ body }) => body.bye), [false, true]);
});
