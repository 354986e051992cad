// The live feed: the server says that something changed, never what. The page then looks again.

const QUIET = 150; // milliseconds in which several changes become one look
const REST = 3; // after a look, rest this many times as long as it took: a burst must not load the server more
const AGAIN = 3000;

/** Call `look` after every change and whenever the feed comes back; `state` hears true (live) or false (lost). */
export function follow(look, state) {
  let waiting = 0;
  let changed = false;
  let source = null;
  const run = async () => {
    changed = false;
    const began = performance.now();
    try {
      await look();
    } finally {
      const pause = Math.max(QUIET, REST * (performance.now() - began));
      waiting = setTimeout(() => (changed ? run() : (waiting = 0)), pause);
    }
  };
  const soon = () => {
    changed = true;
    waiting ||= setTimeout(run, QUIET);
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

/**
 * Show whether the screen is live. `feed` hears of the stream, `answers` of the looks themselves: a stream can seem
 * open long after its connection died, so both must be well.
 */
export function linkState(node) {
  const well = { feed: true, answers: true };
  const tell = (what) => (yes) => {
    well[what] = yes;
    const live = well.feed && well.answers;
    const words = live ? "En direct" : "Liaison perdue, nouvel essai…";
    node.hidden = false;
    node.classList.toggle("lost", !live);
    if (node.textContent !== words) node.textContent = words;
  };
  return { feed: tell("feed"), answers: tell("answers") };
}
