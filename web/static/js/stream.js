/** In the player's frame: plays the organiser's own stream, by the browser alone or, for HLS, with hls.js. */

const media = /** @type {HTMLVideoElement} */ (document.getElementById("stream"));
const { src = "", hls } = media.dataset;
const NATIVE = "application/vnd.apple.mpegurl";
/** Small steps first and little kept ahead: a weak line decides upwards, and nobody pays for what is not watched. */
const LIGHT = { abrEwmaDefaultEstimate: 400_000, maxBufferLength: 20, capLevelToPlayerSize: true, backBufferLength: 30 };

/** How it goes, to the page around. @param {"playing" | "failed"} state */
const tell = (state) => parent.postMessage({ type: "player", state }, location.origin);

/** This browser needs the link: say so and offer it. */
function plainly() {
  /** @type {HTMLElement} */ (document.getElementById("plain")).hidden = false;
  media.hidden = true;
  tell("failed");
}

/** @param {any} Hls */
function withScript(Hls) {
  if (!Hls?.isSupported()) return plainly();
  const player = new Hls(LIGHT);
  let mended = false;
  player.on(Hls.Events.ERROR, (/** @type {string} */ _event, /** @type {any} */ error) => {
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !mended) {
      mended = true;
      player.recoverMediaError();
    } else tell("failed");
  });
  player.loadSource(src);
  player.attachMedia(media);
}

media.addEventListener("playing", () => tell("playing"));
media.addEventListener("error", () => media.currentSrc && tell("failed"));
if (hls === undefined || media.canPlayType(NATIVE)) media.src = src;
else if (!hls) plainly();
else {
  const script = document.createElement("script");
  script.src = hls;
  script.onload = () => withScript(/** @type {any} */ (globalThis).Hls);
  script.onerror = plainly;
  document.head.append(script);
}

export {};
