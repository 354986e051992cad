"""What a caller hears, as TwiML, in the language of the call. Pure. Source: https://www.twilio.com/docs/voice/twiml"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Connect, Gather, Stream, VoiceResponse

from intake.wording import DEFAULT, say, spoken

SILENCE = 5  # seconds before we ask again
RING = 25  # seconds; longer and an answering machine takes the call
LONGEST_VOICEMAIL = 120  # seconds


@dataclass(frozen=True, slots=True)
class Tongue:
    """How a language is spoken and listened to by the provider."""

    voice: str
    language: str


TONGUES = {"fr": Tongue("Polly.Lea-Neural", "fr-FR"), "en": Tongue("Polly.Amy-Neural", "en-GB")}


def tongue(language: str | None) -> Tongue:
    """The voice of a language, the city's own for one without a voice."""
    return TONGUES.get(spoken(language) or DEFAULT, TONGUES[DEFAULT])


@dataclass(frozen=True, slots=True)
class Address:
    """Where the provider sends what it hears: absolute addresses of our webhooks."""

    base: str

    def step(self, name: str, turn: int) -> str:
        """The webhook of one turn."""
        return f"{self.base}/webhooks/twilio/voice/{name}?turn={turn}"

    @property
    def media(self) -> str:
        """The WebSocket that listens."""
        return f"ws{self.base.removeprefix('http')}/webhooks/twilio/media"


class Words:
    """One document in one language."""

    def __init__(self, language: str | None) -> None:
        self.response = VoiceResponse()
        self._language = language
        self._tongue = tongue(language)

    def say(self, key: str, **values: object) -> None:
        """Words of the catalogues."""
        self.said(say(key, self._language, **values))

    def said(self, words: str) -> None:
        """Words that are there already."""
        self.response.say(words, voice=self._tongue.voice, language=self._tongue.language)

    def __str__(self) -> str:
        return str(self.response)


def ask(address: Address, turn: int, words: str, language: str | None = None, *, offer: str | None = None) -> str:
    """Say the words and listen to speech and keys; silence comes back as a turn too.

    The caller may speak before the words are over. ``offer`` is another language, to be had by a key.
    """
    response, own = VoiceResponse(), tongue(language)
    gather = Gather(
        input="speech dtmf",
        language=own.language,
        action=address.step("heard", turn),
        method="POST",
        timeout=SILENCE,
        speech_timeout="auto",
        num_digits=1,
        barge_in=True,
        action_on_empty_result=True,
        partial_result_callback=address.step("partial", turn),
        partial_result_callback_method="POST",
        profanity_filter=False,
    )
    gather.say(words, voice=own.voice, language=own.language)
    if offer:
        other = tongue(offer)
        gather.say(say("voice.this_language", offer), voice=other.voice, language=other.language)
    response.append(gather)
    response.redirect(address.step("heard", turn), method="POST")
    return str(response)


def ask_streaming(address: Address, turn: int, ticket: str, words: str | None, language: str | None = None) -> str:
    """Say the words, then have our own ears listen. They close the stream when they heard enough; the call goes on at
    ``listened``, also when the stream breaks. Without ``words`` the stream asks by itself.
    """
    document = Words(language)
    if words:
        document.said(words)
    stream = Stream(url=address.media)
    stream.parameter(name="turn", value=str(turn))
    stream.parameter(name="ticket", value=ticket)
    connect = Connect()
    connect.append(stream)
    document.response.append(connect)
    document.response.redirect(address.step("listened", turn), method="POST")
    return str(document)


def ask_by_keys(
    address: Address, turn: int, words: str, language: str | None = None, *, otherwise: str = "heard"
) -> str:
    """Say the words and listen to keys alone; no key is the step ``otherwise``."""
    response, own = VoiceResponse(), tongue(language)
    gather = Gather(
        input="dtmf",
        language=own.language,
        action=address.step("heard", turn),
        method="POST",
        timeout=SILENCE,
        num_digits=1,
    )
    gather.say(words, voice=own.voice, language=own.language)
    response.append(gather)
    response.redirect(address.step(otherwise, turn), method="POST")
    return str(response)


def wait(address: Address, turn: int, language: str | None = None, *, first: bool) -> str:
    """A moment more: the caller hears that somebody is still there."""
    document = Words(language)
    if first:
        document.say("voice.moment")
    document.response.pause(length=1)
    document.response.redirect(address.step("wait", turn), method="POST")
    return str(document)


def to_a_person(
    address: Address,
    turn: int,
    number: str | None,
    caller_id: str | None,
    language: str | None = None,
    *,
    reference: str | None = None,
    texted: bool = False,
) -> str:
    """Ring the number of somebody who answers now; without one, the answering machine. ``reference`` is theirs to tell
    the person.
    """
    if not number:
        return voicemail(address, turn, language, reference=reference, texted=texted)
    document = Words(language)
    if reference:
        document.say("voice.reference", reference=spelled(reference))
    document.say("voice.person")
    action = address.step("dialled", turn)
    document.response.dial(number, timeout=RING, action=action, method="POST", caller_id=caller_id)
    return str(document)


def voicemail(
    address: Address, turn: int, language: str | None = None, *, reference: str | None = None, texted: bool = False
) -> str:
    """Record a message; the caller who says nothing is thanked and let go.

    Whoever is not ``texted`` hears before the signal how to get the reference: any key ends the recording.
    """
    document = Words(language)
    if reference:
        document.say("voice.reference", reference=spelled(reference))
    document.say("voice.voicemail")
    if not texted:
        document.say("voice.stay")
    document.response.record(
        action=address.step("recorded", turn),
        method="POST",
        max_length=LONGEST_VOICEMAIL,
        timeout=5,
        play_beep=True,
        trim="trim-silence",
    )
    document.say("voice.goodbye")
    document.response.hangup()
    return str(document)


def goodbye(
    *,
    safety: str | None = None,
    reference: str | None = None,
    texted: bool = False,
    read_by_person: bool = False,
    added: bool = False,
    told: str | None = None,
    language: str | None = None,
) -> str:
    """The end of a call: safety words first, then the reference, slowly and twice."""
    document = Words(language)
    if safety:
        document.said(safety)
    if added:
        document.say("voice.added")
    elif reference:
        if read_by_person:
            document.say("voice.person_reads")
        document.say("voice.kept")
        for _ in range(2):
            document.said(spelled(reference))
            document.response.pause(length=1)
        if texted:
            document.say("voice.texted")
        if told:
            document.say("told", told=told)
    document.say("voice.goodbye")
    document.response.hangup()
    return str(document)


def out_of_order(number: str | None, safety: str | None) -> str:
    """Nothing of ours works: safety words, then a person if there is one."""
    document = Words(None)
    document.said(safety or say("voice.out_of_order"))
    if number:
        document.response.dial(number, timeout=RING)
    else:
        document.response.hangup()
    return str(document)


def nothing() -> str:
    """An empty answer."""
    return str(VoiceResponse())


def spelled(reference: str) -> str:
    """A reference sign by sign, e.g. "V. G. 4. K. 7. Q."; the pauses of full stops make it slow."""
    return " ".join(f"{sign}." for sign in reference if sign.isalnum())


def choices(candidates: Sequence[str], labels: Mapping[str, str], language: str | None = None) -> str:
    """The closed question."""
    options = [f"{number}, {labels.get(id_, id_)}" for number, id_ in enumerate(candidates, 1)]
    options.append(f"{len(candidates) + 1}, {say('none_fits', language)}")
    return say("voice.choose", language, options=" ; ".join(options))
