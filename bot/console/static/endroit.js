// The place of a report as a point: shown on the map, or the browser's own position. One text says what is marked.

import { CityMap } from "./carte.js";
import { Places } from "./lieux.js";

const form = document.getElementById("signalement");
const button = document.getElementById("position");
const said = document.getElementById("position-dite");
const forget = document.getElementById("oublier");
const fold = document.getElementById("carte");
const phrases = form.dataset; // in the page's language
const SPOKEN = 400; // milliseconds of rest before a moving marker is spoken of

let known = null; // the places, once they were asked for
let map = null;
let waiting = 0;

/** The city's places; null where there is no map, or no network. */
async function places() {
  if (!fold) return null;
  known ??= fetch(fold.dataset.src).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status))).then((drawn) => new Places(drawn));
  try {
    return await known;
  } catch {
    known = null;
    return null;
  }
}

async function unfold() {
  if (!fold.open || map) return;
  const found = await places();
  if (!found) {
    say(fold.dataset.away);
    return;
  }
  if (map) return;
  const source = fold.querySelector(".map-source");
  if (found.source) source.textContent += ` ${fold.dataset.outlines.replace("%s", found.source)}`;
  map = new CityMap(fold.querySelector(".map-view"), found, pointed);
  const here = marked();
  if (here) map.put(found.metres(here), "again");
  for (const each of fold.querySelectorAll("[data-zoom]")) each.addEventListener("click", () => (+each.dataset.zoom ? map.zoom(+each.dataset.zoom) : map.fit(found.box)));
}

/** The marker was put somewhere, or taken away. */
async function pointed(xy, by) {
  if (by === "again") return;
  const found = await places();
  if (!xy) return clear(phrases.takenAway);
  const words = found.tell(xy, fold.dataset);
  if (words === null) {
    if (by === "drag") return;
    map.marker = null;
    map.show();
    return clear(fold.dataset.outside);
  }
  keep(found.degrees(xy));
  say(words, by === "drag" || by === "key");
}

function marked() {
  const [lon, lat] = [form.elements.lon.value, form.elements.lat.value].map(parseFloat);
  return Number.isFinite(lon) && Number.isFinite(lat) ? [lon, lat] : null;
}

function keep([lon, lat]) {
  form.elements.lat.value = lat.toFixed(5);
  form.elements.lon.value = lon.toFixed(5);
  forget.hidden = false;
}

function clear(words) {
  form.elements.lat.value = form.elements.lon.value = "";
  if (forget.contains(document.activeElement)) (map && fold.open ? fold.querySelector(".map-view") : fold?.querySelector("summary") ?? button).focus();
  forget.hidden = true;
  say(words);
}

/** Said at once, or when a moving marker rests. */
function say(words, later = false) {
  clearTimeout(waiting);
  if (later) waiting = setTimeout(say, SPOKEN, words);
  else said.textContent = words;
}

forget.addEventListener("click", () => {
  if (map) map.put(null, "button");
  else clear(phrases.takenAway);
});

if (fold) {
  fold.hidden = false;
  fold.addEventListener("toggle", unfold);
}

if ("geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    say(phrases.looking);
    navigator.geolocation.getCurrentPosition(located, () => say(phrases.missed), { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 });
  });
}

async function located({ coords }) {
  const here = [coords.longitude, coords.latitude];
  const found = await places();
  const words = found?.tell(found.metres(here), fold.dataset);
  if (words === null) {
    map?.put(null, "again");
    clear(fold.dataset.outside);
    return;
  }
  keep(here);
  if (map) map.put(found.metres(here), "again");
  say([phrases.found.replace("%s", Math.max(1, Math.round(coords.accuracy))), words].filter(Boolean).join(" "));
}

if (marked()) {
  forget.hidden = false;
  say(phrases.kept);
}
