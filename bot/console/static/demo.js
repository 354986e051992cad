// The playground: a drawn telephone on the left, the room's board on the right, both live.

import { startBoard } from "./board.js";
import { morph, parse } from "./morph.js";

const writer = document.getElementById("ecrire");
const problem = document.getElementById("probleme");
const conversation = () => document.getElementById("conversation");

startBoard(() => "/salle/fiches", listen)();
toEnd();

document.getElementById("tableau").addEventListener("cards", ({ detail: [card] }) => card.scrollIntoView({ block: "start" }));

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form !== writer && !form.matches("[data-example]")) return;
  event.preventDefault();
  if (await send(form)) form === writer && writer.reset();
  writer.elements.texte.focus({ preventScroll: true });
});

writer.elements.texte.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    writer.requestSubmit();
  }
});

async function send(form) {
  if (form.dataset.sending) return false;
  form.dataset.sending = "true";
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    tell(answer.ok ? "" : ((await answer.json()).message ?? "Le message n’est pas parti."));
    await listen();
    return answer.ok;
  } catch {
    tell("Le serveur ne répond pas : le message n’est pas parti.");
    return false;
  } finally {
    delete form.dataset.sending;
  }
}

async function listen() {
  const answer = await fetch(`/demo/messages?de=${writer.elements.de.value}`).catch(() => null);
  if (!answer?.ok) return; // the board's state already tells that the server is away
  const before = conversation().childElementCount;
  morph(conversation(), parse(await answer.text()));
  if (conversation().childElementCount !== before) toEnd();
}

function toEnd() {
  conversation().scrollTop = conversation().scrollHeight;
}

function tell(words) {
  problem.hidden = !words;
  problem.textContent = words;
}
