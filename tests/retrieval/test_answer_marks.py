"""The words that answer, where that is certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answers.marks import marks


@pytest.mark.parametrize(
    ("question", "sentence", "language", "marked"),
    [
        pytest.param("When did it open?", "It opened on 3 May 1998.", "en", "3 May 1998", id="the only date"),
        pytest.param("In what year did it open?", "It opened on 3 May 1998.", "en", "1998", id="just the year"),
        pytest.param("When did it open?", "It opened in 1998 and closed in 2003.", "en", None, id="two dates"),
        pytest.param("When did it close?", "It opened in spring.", "en", None, id="no date"),
        pytest.param("How many boats sank?", "Twelve boats sank.", "en", "Twelve", id="the only number"),
        pytest.param(
            "How many boats sank?", "Of 90 men on 12 boats, 4 swam.", "en", "12", id="number of what is asked"
        ),
        pytest.param("How many boats sank?", "Of 90 men 4 swam home.", "en", None, id="two other numbers"),
        pytest.param("How much did it cost?", "It cost $3.5 million.", "en", "$3.5 million", id="amount"),
        pytest.param("How long does it take?", "It takes nine weeks.", "en", "nine weeks", id="duration"),
        pytest.param("What percentage voted?", "Only 41 % voted.", "en", "41 %", id="percentage"),
        pytest.param(
            "Who built the mill?", "The mill was built by Ada Brook.", "en", "Ada Brook", id="the only person"
        ),
        pytest.param("Who built it?", "Ada Brook built it for Tom Reed.", "en", None, id="two people"),
        pytest.param("Who built it?", "It was built by Ada.", "en", None, id="a name of one word"),
        pytest.param("Who runs it?", "It is run by Harbour Council.", "en", None, id="no person"),
        pytest.param("Who runs it?", "It stands in Black Forest.", "en", None, id="a place"),
        pytest.param("Why was it closed?", "It closed in 1998.", "en", None, id="reason"),
        pytest.param("Когда открыли мост?", "Мост открыли 3 мая 1998 года.", "ru", "3 мая 1998 года", id="ru date"),
        pytest.param("В каком году открыли мост?", "Открыт 3 мая 1998 года.", "ru", "1998", id="ru year"),
        pytest.param("Кто построил мост?", "Мост построил Иван Петров.", "ru", None, id="ru person: not certain"),
        pytest.param("Wie viele Boote sanken?", "Zwölf Boote sanken.", "de", "Zwölf", id="de number"),
        pytest.param(
            "Wer baute die Mühle?", "Sie wurde von Otto Kern gebaut.", "de", None, id="de person: not certain"
        ),
        pytest.param("¿Cuándo abrió?", "Abrió en 1998.", "es", "1998", id="es date"),
        pytest.param("大桥什么时候开放？", "大桥于1998年开放。", "zh", "1998年", id="zh date"),
        pytest.param("Wann öffnete sie?", "It opened in 1998.", "en", "1998", id="asked in another language"),
        pytest.param("Quand ?", "Ouvert en 1998.", "fr", None, id="a language that was not measured"),
        pytest.param("When did it open?", "It opened in 1998.", None, "1998", id="language by its letters"),
    ],
)
def test_what_is_marked(question: str, sentence: str, language: str | None, marked: str | None) -> None:
    found = [sentence[span.start : span.end] for span in marks(question, sentence, language)]
    assert found == ([] if marked is None else [marked])


questions = st.sampled_from(["When?", "In what year?", "How many boats?", "Who?", "Сколько лодок?", "谁？"])
parts = st.sampled_from(["In", "1998", "May 3,", "12", "boats", "Ada", "Brook", "5 %", "пять", "лодок", "年", "\n"])


@given(
    questions | st.text(),
    st.lists(parts | st.text(max_size=4), max_size=9).map(" ".join),
    st.sampled_from(["en", "ru", None]),
)
def test_marks_lie_inside_the_sentence(question: str, sentence: str, language: str | None) -> None:
    for span in marks(question, sentence, language):
        assert 0 <= span.start < span.end <= len(sentence)
        assert sentence[span.start : span.end].strip()
