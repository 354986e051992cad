// The room's board: kept live, its forms sent without leaving the page, its news said aloud.

import { follow, linkState } from "./feed.js";
import { morph, parse } from "./morph.js";
import { setServerTime, startClocks, tick } from "./clocks.js";
import { listenForSearch } from "./reclassify.js";
import { ringFor } from "./sound.js";

const ANYWAY = 30_000; // a look this often even when the feed is silent
const LONGEST = 10_000; // a look that takes longer has failed: its connection may be dead without anybody saying so
const MANY = 3; // more new cards than this are counted, not read out
const board = () => document.getElementById("tableau");
const say = (id, words) => (document.getElementById(id).textContent = words);

let looking = null;
let again = false;
let shown = ""; // the address of what the board shows

/** Keep the board live; `address` gives where its fragment is for the present choice, `also` what else looks again. */
export function startBoard(address, also = () => {}) {
  const state = linkState(document.getElementById("liaison"));
  const lookAgain = () => Promise.all([refresh(address(), state), also()]);
  if (board().dataset.now) shown = address(); // rendered with the page
  setServerTime(board().dataset.now);
  startClocks();
  settle();
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-live]");
    if (form) {
      event.preventDefault();
      send(form, event.submitter, lookAgain);
    }
  });
  document.addEventListener("click", jump);
  listenForSearch(document);
  follow(lookAgain, state.feed);
  setInterval(lookAgain, ANYWAY);
  return lookAgain;
}

// A telephone's link goes to its card when it is on the screen; else the link is followed.
function jump(event) {
  const link = event.target.closest?.("a[data-jump]");
  const card = link && document.getElementById(link.dataset.jump);
  if (!card) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  card.scrollIntoView();
  card.focus({ preventScroll: true, focusVisible: true });
}

/** Look again; looks asked for while one is under way become one more. */
async function refresh(address, state) {
  if (looking) {
    again = address;
    return looking;
  }
  looking = look(address, state).finally(() => {
    looking = null;
    if (again) {
      const next = again;
      again = false;
      return refresh(next, state);
    }
  });
  return looking;
}

async function look(address, state) {
  const headers = { "X-Requested-With": "fetch" };
  const answer = await fetch(address, { headers, signal: AbortSignal.timeout(LONGEST) }).catch(() => null);
  if (answer?.redirected) return location.reload(); // the session is over: the page itself asks for the token
  const html = answer?.ok ? await answer.text().catch(() => null) : null;
  state.answers(html !== null);
  if (html !== null) show(parse(html), address);
}

function show(fresh, address) {
  const before = { cards: names("[data-reference][data-severity]"), calls: names("[data-rings]") };
  const same = shown === address; // what another channel or search brings is not news
  shown = address;
  const held = document.activeElement?.closest?.("[data-key]");
  const place = held?.closest("article, .phone, nav, section");
  setServerTime(fresh.dataset.now);
  morph(board(), fresh);
  tick(board());
  if (document.activeElement === document.body && held) keepFocus(place);
  if (same) announce(before);
  settle();
}

// The button that was used is gone: the keyboard goes on from its card, else from the list's title.
function keepFocus(place) {
  const next = place?.isConnected && place.matches("article") ? place : document.getElementById("titre-fiches");
  next?.focus({ preventScroll: true });
}

function settle() {
  const waiting = Number(board().dataset.waiting ?? 0);
  document.title = document.title.replace(/^(\(\d+\) )?/, waiting ? `(${waiting}) ` : "");
  ringFor(board().querySelectorAll("[data-rings]").length);
}

function names(selector) {
  return new Map([...board().querySelectorAll(selector)].map((node) => [node.dataset.key, node]));
}

function announce(before) {
  // A new card is shown by a glow as well as said; the playground also brings it into view.
  const cards = [...names("[data-reference][data-severity]")].filter(([key]) => !before.cards.has(key));
  const calls = [...names("[data-rings]")].filter(([key]) => !before.calls.has(key));
  const grave = cards.filter(([, card]) => card.dataset.severity === "critique");
  const others = cards.filter(([, card]) => card.dataset.severity !== "critique");
  const rings = calls.map(([, call]) => `Le téléphone de ${call.dataset.name} sonne pour ${call.dataset.reference}.`);
  for (const [, card] of cards) card.classList.add("fresh");
  if (cards.length) board().dispatchEvent(new CustomEvent("cards", { detail: cards.map(([, card]) => card) }));
  const urgent = [...spoken(grave), ...rings].join(" ");
  if (urgent) say("alertes", urgent);
  if (others.length) say("annonces", spoken(others).join(" "));
}

function spoken(cards) {
  if (cards.length > MANY) return [`${cards.length} nouvelles fiches.`];
  return cards.map(([, card]) => `Nouvelle fiche ${card.dataset.reference} : ${card.dataset.words}.`);
}

async function send(form, submitter, lookAgain) {
  if (form.dataset.sending) return;
  form.dataset.sending = "true";
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const headers = { "X-Requested-With": "fetch" };
  try {
    const answer = await fetch(form.action.split("#")[0], { method: "POST", body, headers });
    if (answer.redirected) return location.reload();
    const said = (await answer.json().catch(() => ({}))).message;
    notice(said || (answer.ok ? (form.dataset.said ?? "") : "L’action n’a pas été enregistrée."));
    if (answer.ok) fold(form.closest("details.gesture[open]"));
    await lookAgain();
  } catch {
    notice("Le serveur ne répond pas : regardez si l’action est enregistrée, sinon réessayez.");
  } finally {
    delete form.dataset.sending;
  }
}

// What is folded away cannot keep the keyboard: it goes on from the gesture's name.
function fold(gesture) {
  if (gesture?.contains(document.activeElement)) gesture.querySelector("summary").focus({ preventScroll: true });
  gesture?.removeAttribute("open");
}

/** Say something to the person about what they just did. */
function notice(words) {
  const node = document.getElementById("avis");
  node.replaceChildren();
  node.classList.toggle("shown", Boolean(words));
  if (!words) return;
  const said = document.createElement("p");
  said.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "Fermer";
  close.addEventListener("click", () => notice(""));
  node.append(said, close);
}
