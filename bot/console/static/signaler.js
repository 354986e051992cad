// The citizen's form: sent once, kept when the network fails; the position is added when the citizen wants (endroit.js).

import "./endroit.js";

const form = document.getElementById("signalement");
const problem = document.getElementById("probleme");
const photos = document.getElementById("photos");
const chosen = document.getElementById("photos-dites");
const HEAVIEST = 10 * 1024 * 1024;
const button = form.querySelector("button[type=submit]");
const send = button.textContent;
const phrases = form.dataset; // in the page's language

let sending = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  busy(true);
  try {
    await answered(await fetch(form.action, { method: "POST", body: new FormData(form) }));
  } catch {
    refuse(phrases.offline);
  } finally {
    if (!sent) busy(false);
  }
});
let sent = false;
addEventListener("pageshow", () => ((sent = false), busy(false)));

async function answered(answer) {
  if (answer.redirected) {
    sent = true;
    location.assign(answer.url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const words = page.getElementById("probleme")?.textContent.trim();
  const safety = page.querySelector(".emergency.heard");
  if (safety) document.querySelector(".emergency").replaceWith(document.importNode(safety, true));
  refuse(words || (answer.status === 413 ? tooLarge() : phrases.failed));
}

function refuse(words) {
  const line = document.createElement("p");
  line.textContent = words;
  problem.replaceChildren(line);
  problem.hidden = false;
  problem.focus();
}

function busy(yes) {
  sending = yes;
  button.setAttribute("aria-disabled", String(yes));
  button.textContent = yes ? phrases.sending : send;
}

function tooLarge() {
  return photos.files.length
    ? phrases.tooHeavy
    : phrases.tooLong;
}

photos.addEventListener("change", () => {
  const heavy = [...photos.files].some((file) => file.size > HEAVIEST);
  const many = photos.files.length > 3;
  chosen.textContent = heavy ? phrases.heavy : many ? phrases.many : "";
});
