/** In the frame of the test: plays a second of silence made here, and says whether that went. */

const RATE = 8000;

/** A WAV file of one second of silence: 8-bit samples, whose middle is 128. */
function silence() {
  const bytes = new Uint8Array(44 + RATE).fill(128, 44);
  const view = new DataView(bytes.buffer);
  const words = (/** @type {number} */ at, /** @type {string} */ four) =>
    bytes.set([...four].map((letter) => letter.charCodeAt(0)), at);
  words(0, "RIFF");
  view.setUint32(4, 36 + RATE, true);
  words(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  words(36, "data");
  view.setUint32(40, RATE, true);
  return new Blob([bytes], { type: "audio/wav" });
}

/** @param {boolean} played */
const say = (played) => parent.postMessage({ type: "played", played }, location.origin);

const player = /** @type {HTMLVideoElement} */ (document.getElementById("silence"));
player.addEventListener("timeupdate", () => player.currentTime > 0 && say(true));
player.addEventListener("error", () => say(false));
player.src = URL.createObjectURL(silence());
player.play().catch(() => say(false));

export {};
