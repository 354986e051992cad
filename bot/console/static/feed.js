// The live feed: the server says that something changed, never what. The page then looks again.

const QUIET = 150; // milliseconds in which several changes become one look
const AGAIN = 3000;

/** Call `look` after every change and whenever the feed comes back; `state` hears true (live) or false (lost). */
export function follow(look, state) {
  let waiting = 0;
  let source = null;
  const soon = () => {
    if (!waiting) waiting = setTimeout(() => ((waiting = 0), look()), QUIET);
  };
  const open = () => {
    source = new EventSource("/salle/flux");
    source.addEventListener("open", () => (state(true), soon()));
    source.addEventListener("change", soon);
    source.addEventListener("error", () => {
      state(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN); // refused: the browser gave up, we do not
    });
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}

/** Show whether the screen is live; it says so only when it is not, or is again. */
export function linkState(node) {
  let lost = false;
  return (live) => {
    if (live === !lost && !node.hidden) return;
    lost = !live;
    node.hidden = false;
    node.classList.toggle("lost", lost);
    node.textContent = live ? "En direct" : "Liaison perdue, nouvel essai…";
  };
}
