// A soft telephone bell, off until somebody asks for it (and the browser hears a gesture).

const KEPT = "vigie-son";
const EVERY = 2500;

let context = null;
let wanted = false;
let ringing = 0;

/** Make the button turn the bell on and off. */
export function soundButton(button) {
  button.hidden = false;
  set(button, kept() === "oui");
  button.addEventListener("click", () => {
    set(button, !wanted);
    keep(wanted ? "oui" : "non");
    if (wanted) bell();
  });
  addEventListener("pointerdown", () => context?.resume());
  setInterval(() => ringing && wanted && bell(), EVERY);
}

/** How many telephones ring now. */
export function ringFor(telephones) {
  if (telephones > ringing && wanted) bell();
  ringing = telephones;
}

// A browser may refuse storage: the choice then lasts as long as the page.
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(choice) {
  try {
    localStorage.setItem(KEPT, choice);
  } catch {
    // nothing to do
  }
}

function set(button, on) {
  wanted = on;
  if (on) context ??= new AudioContext();
  button.setAttribute("aria-pressed", String(on));
}

function bell() {
  if (context.state !== "running") return context.resume(); // notes written now would all sound at once later
  const now = context.currentTime;
  for (const [at, pitch] of [[0, 660], [0.18, 880], [0.42, 660], [0.6, 880]]) note(now + at, pitch);
}

function note(at, pitch) {
  const tone = new OscillatorNode(context, { frequency: pitch });
  const loudness = new GainNode(context, { gain: 0 });
  tone.connect(loudness).connect(context.destination);
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.14, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
  tone.start(at);
  tone.stop(at + 0.18);
}
