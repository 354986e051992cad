"""``vigie.words.v1``: the pipeline's tokeniser, one regular expression with French elisions.

spaCy's own French tokeniser compiles a list of sixteen thousand exceptions at every start, which takes two to three
seconds, to tell compound nouns apart; nothing here reads its tokens closely enough to pay for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from nlp_models.components.stateless import Stateless

_ELISION = r"(?:[cdjlmnstç]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu)['’](?=\w)"
_WORD = r"\w+(?:['’.-]\w+)*"  # aujourd'hui, peut-être, 12.5, dijon-metropole.fr
# A token and the single space after it, if any; wider blanks are tokens, as spaCy has them.
_TOKEN = re.compile(rf"({_ELISION}|{_WORD}|[^\w\s]|\s+)( ?)", re.IGNORECASE)


class Tokeniser(Stateless):
    """Cuts a text into words, elided articles and single signs; the tokens put together are the text again."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc."""
        found = _TOKEN.findall(text)
        return Doc(self._vocab, words=[word for word, _ in found], spaces=[bool(space) for _, space in found])

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterator[Doc]:
        """Return many texts as Docs, in order."""
        return map(self, texts)


@registry.tokenizers("vigie.words.v1")  # type: ignore[untyped-decorator]
def make_tokeniser() -> Callable[[Language], Tokeniser]:
    """Build the tokeniser of a pipeline."""
    return _made


def _made(nlp: Language) -> Tokeniser:
    # Twenty facts about every new word (is it like a number, an address…) that no component reads and that cost as much
    # as the rest of the reading, since words are forgotten after each message.
    nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # it is there, the stubs leave it out
    return Tokeniser(nlp.vocab)
