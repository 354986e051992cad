"""Danger must be heard: every example beside a rule, every critical phrase, however badly it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import pytest

from nlp_models.corpus import read_examples
from nlp_models.danger_ear import ABOUT, listen
from nlp_models.danger_rules import RULES, Grade, _heard, _hits, concept_words, find_danger, rule_book, warm
from nlp_models.danger_training import key
from nlp_models.hearing import UNREAD, cases, told
from nlp_models.listening import listened
from nlp_models.training import EXAMPLES
from nlp_models.word_pattern import Heard, WordPattern
from nlp_models.yaml_files import read_yaml

POSITIVE = [(rule.id, text) for rule in rule_book().rules for text in rule.positive]
NEGATIVE = [(rule.id, text) for rule in rule_book().rules for text in rule.negative]
LANGUAGES = (
    "anglais", "allemand", "espagnol", "italien", "portugais", "turc", "arabe", "arabe-latin", "ukrainien", "polonais",
    "chinois",
)  # fmt: skip
CASES = [
    *((text, True) for text in cases("cases", "emergencies")),
    *((text, False) for text in cases("cases", "harmless")),
]
CRITICAL = (RULES / "critical_phrases.txt").read_text(encoding="utf-8").splitlines()


def test_enough_examples_stand_beside_the_rules() -> None:
    assert len(POSITIVE) >= 400
    assert len(NEGATIVE) >= 250
    assert len(set(CRITICAL)) >= 150


def test_rule_ids_are_unique_and_every_reason_is_french_for_people() -> None:
    rules = rule_book().rules
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.reason and not rule.reason.endswith(".") for rule in rules)


def test_every_example_beside_a_rule_is_heard() -> None:
    assert [(rule, text) for rule, text in POSITIVE if find_danger(text) is None] == []


def test_every_harmless_example_beside_a_rule_stays_quiet() -> None:
    assert [(rule, text) for rule, text in NEGATIVE if find_danger(text) is not None] == []


@pytest.mark.parametrize(
    "typed",
    [str, str.upper, lambda text: f"bonjour euh {text} s'il vous plaît", lambda text: f"{text} !!!"],
    ids=["plain", "capitals", "polite", "shouted"],
)
def test_critical_phrases_always_fire(typed: Callable[[str], str]) -> None:
    assert [phrase for phrase in CRITICAL if find_danger(typed(phrase)) is None] == []


def test_cases_people_told_are_heard_or_left_alone() -> None:
    assert [(text, danger) for text, danger in CASES if (find_danger(text) is not None) is not danger] == []


def test_cases_kept_unread_keep_their_level() -> None:
    """Floors, not goals: no rule was written from these messages, and the second ear never learnt them."""
    unread = {one.name: one for one in told(*UNREAD)}
    assert all(one.emergencies + one.harmless >= 150 for name, one in unread.items() if name != "other_languages")
    assert unread["held_out"].recall >= 0.89
    assert unread["held_out"].alarms <= 0.03
    assert unread["fresh"].recall >= 0.98
    assert unread["fresh"].alarms <= 0.1
    assert unread["other_author"].recall >= 0.91
    assert unread["other_author"].alarms <= 0.05
    assert unread["development"].recall >= 0.96
    assert unread["development"].alarms <= 0.07
    assert unread["development_2"].recall >= 0.92
    assert unread["development_2"].alarms <= 0.08
    assert unread["exam"].recall >= 0.97
    assert unread["exam"].alarms <= 0.06
    assert unread["other_languages"].recall >= 0.9
    assert unread["other_languages"].alarms <= 0.1
    assert unread["languages_development"].recall >= 0.9
    assert unread["languages_development"].alarms <= 0.08
    assert unread["exam_languages"].recall >= 0.9
    assert unread["exam_languages"].alarms <= 0.08


def test_the_second_ear_has_learnt_the_cases_that_are_there() -> None:
    """Stale: run ``vigie nlp danger --train`` and commit ear.bin and ear.json."""
    assert json.loads(ABOUT.read_text(encoding="utf-8"))["key"] == key()


def test_the_procedures_the_second_ear_learns_danger_from_exist() -> None:
    """A label that was broken over two lines once made 1 258 examples of dangers count as harmless."""
    settings = read_yaml(RULES / "ear.yaml")
    assert {*settings["dangerous"], *settings["unclear"]} <= set(read_examples(EXAMPLES).labels)


def test_a_danger_no_rule_foresaw_is_left_to_a_person() -> None:
    danger = find_danger("le maçon est enterré jusqu'au cou dans la tranchée et il suffoque à moitié")
    assert danger is not None
    told = next(text for text in cases("told", "emergencies") if _rule(text) == "oreille")
    heard = find_danger(told)
    assert heard is not None
    assert heard.reason == "Danger possible, à vérifier"
    assert heard.heard  # the words that weighed most


@pytest.mark.parametrize(
    "about",
    [
        "bonjour c'est pour le bac jaune qui déborde et là {}",
        "bonjour je voulais inscrire mon fils à la cantine mais {}",
        "{} et sinon quel jour ouvre la mairie dans mon quartier",
        "Bonjour, le lampadaire est en panne. {}. Merci.",
        "je voulais payer la cantine et là {}",
        "c'est pour ma carte de bus et {}",
        "j'ai une facture d'eau de 80 euros à payer et là {}",
        "bonjour je viens pour mon passeport et ma carte d'identité, {}",
        "{} je rappelle demain pour le stationnement",
    ],
)
def test_a_danger_told_beside_something_ordinary_is_heard(about: str) -> None:
    """Whatever the second ear makes of the rest; "au feu" alone is half of many ordinary sentences."""
    assert {phrase for phrase in CRITICAL if _fixed(about.format(phrase)) is None} <= {"au feu"}


def test_a_fixed_rule_hears_every_critical_phrase() -> None:
    """Neither a sign nor the second ear is asked: what they make of a phrase may change with what they learn."""
    assert [phrase for phrase in CRITICAL if _fixed(phrase) is None] == []


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (
            "il y avait une explosion sur le pont dans le film de la mairie, combien ça coûte",
            "une explosion sur le pont",
        ),
        (
            "vous allez me faire faire une crise cardiaque avec vos relances d'impôts",
            "ma mère en pleine crise cardiaque",
        ),
        ("la balançoire grince, on dirait qu'on égorge un cochon, mettez de l'huile", "on a égorgé un homme"),
    ],
)
def test_what_is_only_likely_counts_unless_the_second_ear_hears_something_else(told: str, meant: str) -> None:
    assert Grade.LIKELY in {grade for _, grade, _ in _heard(listened(told))}
    assert find_danger(told) is None
    assert Grade.LIKELY in {grade for _, grade, _ in _heard(listened(meant))}
    assert find_danger(meant) is not None


def test_what_is_likely_needs_no_second_ear_where_it_does_not_know_the_language() -> None:
    text = "please come quickly, explosion de gaz, my neighbours and their children are still inside the building"
    assert Grade.LIKELY in {grade for _, grade, _ in _heard(listened(text))}
    assert find_danger(text) is not None


@pytest.mark.parametrize(
    ("set_aside", "heard"),
    [
        (
            "deux figurants avec des fusils sur le tournage",
            "deux hommes avec des fusils, ce n'est pas un tournage, vite",
        ),
        ("lu dans le journal que ça sent le gaz rue Monge", "ça sent le gaz rue Monge, j'ai appelé la radio aussi"),
        ("la fuite de gaz rue Monge est réparée", "la fuite de gaz rue Monge est réparée mais ça recommence"),
        ("ça pue le gaz dans les toilettes du parc lol", "ça pue le gaz dans l'escalier, pour de vrai, pas lol"),
    ],
)
def test_what_is_played_reported_or_mended_is_set_aside_until_it_is_said_to_be_real(set_aside: str, heard: str) -> None:
    assert _fixed(set_aside) is None
    assert _fixed(heard) is not None


def test_an_idiom_that_no_rule_set_aside_is_told_by_the_second_ear() -> None:
    assert (
        find_danger("vous me mettez le couteau sous la gorge avec cette date limite pour le dossier de crèche") is None
    )
    assert _rule("il me met le couteau sous la gorge dans la cuisine") is not None


def test_in_a_long_message_nothing_silences_a_fixed_rule_and_a_sign_alone_needs_agreement() -> None:
    town = "le conseil municipal vote le budget des travaux de voirie et le planning de collecte des déchets "
    assert _rule(f"{town} il ne respire plus {town}") == "inconscient"
    assert listen(listened("l'arbre couché est à débiter, merci de prévoir le camion")).score < 0
    assert find_danger("l'arbre couché est à débiter, merci de prévoir le camion des espaces verts jeudi") is None


@pytest.mark.parametrize(
    "text",
    [
        "sur le tournage un cascadeur est tombé du toit il bouge plus",
        "au musée un homme menace le gardien avec un couteau",
        "à la fête foraine un gamin a été éjecté du manège, il saigne de la tête",
        "les pompiers sont passés hier mais ça sent encore le gaz",
        "grdf est venu, ils ont vérifié, et ma mère vient de tomber inconsciente",
        "j'ai entendu à la radio l'alerte, l'eau monte dans ma maison",
        "mdr non je rigole pas il respire plus",
        "mon mari est mort là devant moi, je sais pas quoi faire, ses papiers sont où",
        "un malaise au conseil municipal, un élu est au sol",
        "un feu de jardin qui gagne la maison du voisin",
        "je tombe sur un répondeur et ma femme ne respire plus",
        "un type armé d'un souffleur à feuilles et d'un couteau attaque les gens",
        "on a jeté un vélo dans le canal et le gars avec",
        "fuite de gaz rue d'Avril",
        "c'est pour le bac, il brûle, le feu touche la façade",
        "mon chat est mort et papa fait une attaque",
    ],
)
def test_what_is_set_aside_takes_no_danger_with_it(text: str) -> None:
    assert find_danger(text) is not None


@pytest.mark.parametrize(
    ("thumbs", "heard"),
    [("jarrive pa a respirer", "j arrive pas a respirer"), ("ya qqn ds lascenseur", "ya quelqu un dans l ascenseur")],
)
def test_words_are_heard_as_thumbs_meant_them(thumbs: str, heard: str) -> None:
    assert listened(thumbs) == f" {heard} "
    assert find_danger("jarrive pa a respirer") is not None


def _fixed(text: str) -> str | None:
    """The first rule that hears something plain, whatever the second ear would make of it."""
    return next((danger.rule for danger, grade, _ in _heard(listened(text)) if grade is Grade.PLAIN), None)


def _rule(text: str) -> str | None:
    danger = find_danger(text)
    return danger.rule if danger else None


@pytest.mark.parametrize("ending", ["", " et", " et je vou", " euh attendez je", " d'accord je res"])
def test_danger_is_heard_in_a_transcript_that_is_still_growing(ending: str) -> None:
    """Partial results of speech recognition: no capitals, no punctuation, the last word cut short."""
    spoken = [phrase for phrase in CRITICAL if len(phrase.split()) >= 5]  # shorter ones need the silence after them
    missed = [phrase for phrase in spoken if find_danger(f"allô oui {phrase.lower()}{ending}", growing=True) is None]
    assert missed == []


def test_half_a_sentence_is_a_danger_only_by_rule() -> None:
    """Whatever the second ear makes of it: the rest of the sentence is there in a moment."""
    told = next(text for text in cases("told", "emergencies") if _rule(text) == "oreille")
    assert find_danger(told, growing=True) is None
    assert find_danger("allô mon père il respire plus et", growing=True) is not None


@pytest.mark.parametrize("text", ["there's a hole", "there's a cat", "the bin is full"])
def test_a_few_words_of_another_language_are_not_judged_by_the_french_ear(text: str) -> None:
    assert find_danger(text) is None


def test_ten_languages_have_their_words_and_their_innocent_sentences() -> None:
    rules = {rule.id: rule for rule in rule_book().rules}
    for language in LANGUAGES:
        assert len(rules[language].positive) >= 8, language
        assert len(rules[language].negative) >= 4, language


def test_what_was_heard_is_given() -> None:
    danger = find_danger("Bonjour, ça sent le gaz dans l'escalier")
    assert danger is not None
    assert (danger.rule, danger.heard) == ("gaz", "sent le gaz")


@pytest.mark.parametrize("text", ["", " ", "\0", "😀" * 500, "a" * 50_000, "‮feu", "<b></b>", "|||||", "~~~~", "\ud800"])
def test_odd_text_never_raises(text: str) -> None:
    assert find_danger(text) is None


def test_danger_said_after_a_long_story_is_heard() -> None:
    assert find_danger("je vous raconte ma journée " * 100 + "et là il ne respire plus") is not None


def test_concepts_are_heard_in_any_order_but_near_each_other() -> None:
    assert find_danger("elle a disparu de la foire, ma fille") is not None
    assert find_danger("ma fille, à la foire, elle a disparu") is not None
    far = "voici ma fille " + "et je vous raconte ma semaine " * 9 + "les bancs ont disparu"
    assert find_danger(far) is None


def test_every_together_names_known_concepts_and_every_concept_serves() -> None:
    import yaml

    concepts = set(concept_words())
    used = {
        name.lstrip("!")
        for path in RULES.glob("[0-9]*.yaml")
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
        for text in rule.get("together", ())
        for name in text.replace("&", " ").split()
    }
    assert used == concepts


@pytest.mark.parametrize(
    "piece", ["il ", "a ", "la porte ", "un homme ", "le petit ", "l eau ", "enfant perdu ", "| ", "fils ", "ne pas "]
)
def test_hostile_repeats_cost_little(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    find_danger(text)
    best = min(_seconds(text) for _ in range(3))
    assert best < 0.1  # measured: 4 to 15 ms


def test_a_typical_message_costs_little() -> None:
    text = "bonjour les gens laissent leurs sacs sur le trottoir devant l'immeuble et ça sent mauvais"
    find_danger(text)
    assert min(_seconds(text) for _ in range(20)) < 0.003  # measured: 0.2 to 0.4 ms


def _seconds(text: str) -> float:
    start = time.process_time()
    find_danger(text)
    return time.process_time() - start


def test_importing_the_rules_loads_no_model_and_no_yaml() -> None:
    code = "import sys, nlp_models.danger_rules; print(sorted({'spacy', 'numpy', 'yaml', 'thinc'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_only_likely_hides_nothing_plain_and_is_told_after_it() -> None:
    pattern, likely = WordPattern("feu vert"), WordPattern(r"\S+ feu|vert")
    rule = replace(rule_book().rules[0], sign=False, pattern=pattern, likely=likely, together=())
    found = [(hit.group(), grade) for hit, grade in _hits(rule, Heard(" un feu vert "))]
    assert found == [("feu vert", Grade.PLAIN), ("un feu", Grade.LIKELY), ("vert", Grade.LIKELY)]


def test_warming_may_be_left_at_any_step_and_changes_no_answer() -> None:
    texts = [text for rule in rule_book().rules[::5] for text in (*rule.positive[:2], *rule.negative[:2])]
    steps = warm()
    assert sum(1 for _ in islice(steps, 100)) == 100
    before = [find_danger(text) for text in texts]
    assert sum(1 for _ in steps) > 5_000
    assert [find_danger(text) for text in texts] == before
