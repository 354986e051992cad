"""What a caller hears, as TwiML. Pure. Source: https://www.twilio.com/docs/voice/twiml"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Connect, Gather, Stream, VoiceResponse

from intake.wording import say

VOICE = "Polly.Lea-Neural"
LANGUAGE = "fr-FR"
SILENCE = 5  # seconds before we ask again
RING = 25  # seconds; longer and an answering machine takes the call
LONGEST_VOICEMAIL = 120  # seconds

WELCOME = (
    "Bonjour, ici le service automatique de {city}. En cas de danger immédiat, raccrochez et faites le 112. "
    "Vos paroles servent seulement à traiter votre demande."
)
OPENING = f"{WELCOME} Dites en quelques mots ce qui se passe, et où."
AGAIN = "Je n'ai pas entendu. Dites en quelques mots ce qui se passe, ou faites le zéro pour parler à quelqu'un."
WHERE = "C'est noté. Où est-ce ? Dites la rue et la commune."
CONFIRM = (
    "J'ai compris : {label}{place}. Si c'est bien cela, dites oui ou faites le 1. Sinon, dites non ou faites le 2."
)
CHOOSE = "Pour bien vous orienter : {options}. Dites le numéro, ou tapez-le."
PERSON = "Je vous passe quelqu'un. Ne quittez pas."
VOICEMAIL = "Personne ne peut répondre tout de suite. Laissez votre message après le signal ; quelqu'un l'écoutera."
SAFETY = (
    "Appelez le 112 tout de suite si quelqu'un est en danger. Ce service ne prévient pas les secours à votre place."
)
KEPT = "C'est enregistré. Votre numéro de dossier est le :"
TEXTED = "Vous le recevez aussi par SMS."
GOODBYE = "Merci de votre appel. Au revoir."
A_PERSON_READS = "Une personne va lire votre demande."
MOMENT = "Un instant."
UNHEARD = (
    "Je ne peux pas vous écouter automatiquement pour le moment. "
    "Restez en ligne : quelqu'un vous répond, ou vous laissez un message."
)
OUT_OF_ORDER = (
    "Le service automatique ne répond pas pour le moment. En cas de danger, faites le 112. Merci de rappeler."
)


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


def ask(address: Address, turn: int, *words: str) -> str:
    """Say the words and listen to speech and keys; silence comes back as a turn too."""
    response = VoiceResponse()
    gather = Gather(
        input="speech dtmf",
        language=LANGUAGE,
        action=address.step("heard", turn),
        method="POST",
        timeout=SILENCE,
        speech_timeout="auto",
        num_digits=1,
        action_on_empty_result=True,
        partial_result_callback=address.step("partial", turn),
        partial_result_callback_method="POST",
        profanity_filter=False,
    )
    for sentence in words:
        gather.say(sentence, voice=VOICE, language=LANGUAGE)
    response.append(gather)
    response.redirect(address.step("heard", turn), method="POST")
    return str(response)


def ask_streaming(address: Address, turn: int, ticket: str, words: str | None) -> str:
    """Say the words, then have our own ears listen. They close the stream when they heard enough; the call goes on at
    ``listened``, also when the stream breaks. Without ``words`` the stream asks by itself.
    """
    response = VoiceResponse()
    if words:
        response.say(words, voice=VOICE, language=LANGUAGE)
    stream = Stream(url=address.media)
    stream.parameter(name="turn", value=str(turn))
    stream.parameter(name="ticket", value=ticket)
    connect = Connect()
    connect.append(stream)
    response.append(connect)
    response.redirect(address.step("listened", turn), method="POST")
    return str(response)


def ask_by_keys(address: Address, turn: int, words: str, *, otherwise: str = "heard") -> str:
    """Say the words and listen to keys alone; no key is the step ``otherwise``."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        language=LANGUAGE,
        action=address.step("heard", turn),
        method="POST",
        timeout=SILENCE,
        num_digits=1,
    )
    gather.say(words, voice=VOICE, language=LANGUAGE)
    response.append(gather)
    response.redirect(address.step(otherwise, turn), method="POST")
    return str(response)


def wait(address: Address, turn: int, *, first: bool) -> str:
    """A moment more: the caller hears that somebody is still there."""
    response = VoiceResponse()
    if first:
        response.say(MOMENT, voice=VOICE, language=LANGUAGE)
    response.pause(length=1)
    response.redirect(address.step("wait", turn), method="POST")
    return str(response)


def to_a_person(address: Address, turn: int, number: str | None, caller_id: str | None) -> str:
    """Ring the configured number; without one, the answering machine."""
    if not number:
        return voicemail(address, turn)
    response = VoiceResponse()
    response.say(PERSON, voice=VOICE, language=LANGUAGE)
    response.dial(number, timeout=RING, action=address.step("dialled", turn), method="POST", caller_id=caller_id)
    return str(response)


def voicemail(address: Address, turn: int) -> str:
    """Record a message; the caller who says nothing is thanked and let go."""
    response = VoiceResponse()
    response.say(VOICEMAIL, voice=VOICE, language=LANGUAGE)
    response.record(
        action=address.step("recorded", turn),
        method="POST",
        max_length=LONGEST_VOICEMAIL,
        timeout=5,
        play_beep=True,
        trim="trim-silence",
    )
    response.say(GOODBYE, voice=VOICE, language=LANGUAGE)
    response.hangup()
    return str(response)


def goodbye(*, safety: str | None, reference: str | None, texted: bool, read_by_person: bool = False) -> str:
    """The end of a call: safety words first, then the reference, slowly and twice."""
    response = VoiceResponse()
    if safety:
        response.say(safety, voice=VOICE, language=LANGUAGE)
    if reference:
        if read_by_person:
            response.say(A_PERSON_READS, voice=VOICE, language=LANGUAGE)
        response.say(KEPT, voice=VOICE, language=LANGUAGE)
        for _ in range(2):
            response.say(spelled(reference), voice=VOICE, language=LANGUAGE)
            response.pause(length=1)
        if texted:
            response.say(TEXTED, voice=VOICE, language=LANGUAGE)
    response.say(GOODBYE, voice=VOICE, language=LANGUAGE)
    response.hangup()
    return str(response)


def out_of_order(number: str | None, safety: str | None) -> str:
    """Nothing of ours works: safety words, then a person if there is one."""
    response = VoiceResponse()
    response.say(safety or OUT_OF_ORDER, voice=VOICE, language=LANGUAGE)
    if number:
        response.dial(number, timeout=RING)
    else:
        response.hangup()
    return str(response)


def nothing() -> str:
    """An empty answer."""
    return str(VoiceResponse())


def spelled(reference: str) -> str:
    """A reference sign by sign, e.g. "V. G. 4. K. 7. Q."; the pauses of full stops make it slow."""
    return " ".join(f"{sign}." for sign in reference if sign.isalnum())


def choices(candidates: Sequence[str], labels: Mapping[str, str]) -> str:
    """The closed question."""
    options = [f"{number}, {labels.get(id_, id_)}" for number, id_ in enumerate(candidates, 1)]
    options.append(f"{len(candidates) + 1}, {say('none_fits')}")
    return CHOOSE.format(options=" ; ".join(options))
