"""Sentences that say little without the one before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.openers import leans_back


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("It will stay closed.", "en", id="pronoun"),
        pytest.param("“He’s back,” she said.", "en", id="in quotation marks"),
        pytest.param("Their boats sank.", "en", id="possessive"),
        pytest.param("This treaty failed.", "en", id="demonstrative"),
        pytest.param("However, the bridge held.", "en", id="connective"),
        pytest.param("As a result, the bridge fell.", "en", id="phrase"),
        pytest.param("So, the bridge fell.", "en", id="so"),
        pytest.param("Он вернулся в город.", "ru", id="ru pronoun"),
        pytest.param("Кроме того, мост закрыт.", "ru", id="ru phrase"),
        pytest.param("Diese Brücke hielt.", "de", id="de demonstrative"),
        pytest.param("Allerdings hielt sie.", "de", id="de connective"),
        pytest.param("Sin embargo, aguantó.", "es", id="es phrase"),
        pytest.param("Su puente aguantó.", "es", id="es possessive"),
        pytest.param("Cependant, il a tenu.", "fr", id="fr connective"),
        pytest.param("C’est un pont.", "fr", id="fr elided"),
        pytest.param("Além disso, aguentou.", "pt", id="pt phrase"),
        pytest.param("Tuttavia ha retto.", "it", id="it connective"),
        pytest.param("他回到了城里。", "zh", id="zh pronoun"),
        pytest.param("しかし橋は残った。", "ja", id="ja connective"),
        pytest.param("Er kam zurück.", None, id="language unknown"),
    ],
)
def test_a_sentence_that_needs_the_one_before_it(text: str, language: str | None) -> None:
    assert leans_back(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("The bridge fell.", "en", id="article"),
        pytest.param("IT companies moved in.", "en", id="capitals"),
        pytest.param("Item five was lost.", "en", id="only begins like one"),
        pytest.param("So far nothing has happened.", "en", id="so far"),
        pytest.param("So-called experts came.", "en", id="so-called"),
        pytest.param("There are nine bridges.", "en", id="there are"),
        pytest.param("Instead of a bridge, a tunnel was dug.", "en", id="instead of"),
        pytest.param("This week two boats sank.", "en", id="this week"),
        pytest.param("Those who waited got wet.", "en", id="those who"),
        pytest.param("It is believed that the bridge fell.", "en", id="it is believed"),
        pytest.param("Both Ada and Tom came.", "en", id="both and"),
        pytest.param("Dies irae is a hymn.", "en", id="a word of another language"),
        pytest.param("И́диш — язык.", "ru", id="ru letter with its accent"),
        pytest.param("Так называемый мост упал.", "ru", id="ru so-called"),
        pytest.param("Es gibt neun Brücken.", "de", id="de there are"),
        pytest.param("Il y a neuf ponts.", "fr", id="fr there are"),
        pytest.param("其他人走了。", "zh", id="zh others"),
        pytest.param("但丁是诗人。", "zh", id="zh a name"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_sentence_that_stands_on_its_own(text: str, language: str | None) -> None:
    assert not leans_back(text, language)


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert leans_back(text) in (True, False)
