"""What kind of answer a question asks for, and where a sentence holds one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answers.questions import AnswerType
from retrieval.answers.types import FINDABLE, expected, found


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        pytest.param("When did the harbour open?", "date", id="when"),
        pytest.param("In what year was the mill built?", "date", id="what year"),
        pytest.param("The mill was built when?", "date", id="when, at the end"),
        pytest.param("How long ago did the glacier melt?", "date", id="how long ago"),
        pytest.param("When the mill burned down, who owned it?", "person", id="when, as a conjunction"),
        pytest.param("What happened when the mill burned down?", None, id="when, after another question word"),
        pytest.param("How many boats were lost?", "number", id="how many"),
        pytest.param("Approximately how many boats were lost?", "number", id="approximately how many"),
        pytest.param("What is the population of Larvik?", "number", id="population"),
        pytest.param("What percentage of voters stayed at home?", "percentage", id="what percentage"),
        pytest.param("How much did the bridge cost?", "amount", id="how much"),
        pytest.param("How far is the island from the coast?", "amount", id="how far"),
        pytest.param("What is the height of the tower?", "amount", id="height"),
        pytest.param("How long will the repairs take?", "duration", id="how long"),
        pytest.param("How old was the captain?", "duration", id="how old"),
        pytest.param("Who built the mill?", "person", id="who"),
        pytest.param("By whom was the mill built?", "person", id="by whom"),
        pytest.param("Which architect drew the station?", "person", id="which architect"),
        pytest.param("Who is Ada Brook?", "definition", id="who is, with a name"),
        pytest.param("Where do the ferries land?", "place", id="where"),
        pytest.param("Why was the bridge closed?", "reason", id="why"),
        pytest.param("What is a spillway?", "definition", id="what is a"),
        pytest.param("Did the mayor resign?", "yes_no", id="did"),
        pytest.param("Which colour has the roof?", None, id="which thing"),
        pytest.param("How does a lock work?", None, id="how"),
        pytest.param("bridge repairs", None, id="no question"),
        pytest.param("", None, id="nothing"),
        pytest.param("Когда построили мельницу?", "date", id="ru when"),
        pytest.param("В каком году построили мельницу?", "date", id="ru what year"),
        pytest.param("Сколько лодок погибло?", "number", id="ru how many"),
        pytest.param("Какой процент жителей голосовал?", "percentage", id="ru what percentage"),
        pytest.param("Сколько стоит мост?", "amount", id="ru how much"),
        pytest.param("Какова высота башни?", "amount", id="ru height"),
        pytest.param("Как долго продлится ремонт?", "duration", id="ru how long"),
        pytest.param("Сколько лет капитану?", "duration", id="ru how old"),
        pytest.param("Кто построил мельницу?", "person", id="ru who"),
        pytest.param("Как звали капитана?", "person", id="ru name"),
        pytest.param("Где стоит башня?", "place", id="ru where"),
        pytest.param("Почему закрыли мост?", "reason", id="ru why"),
        pytest.param("Что такое шлюз?", "definition", id="ru what is"),
        pytest.param("Правда ли, что мост закрыт?", "yes_no", id="ru yes or no"),
        pytest.param("Какого цвета крыша?", None, id="ru which thing"),
        pytest.param("Wann wurde die Mühle gebaut?", "date", id="de when"),
        pytest.param("Wie viele Boote sanken?", "number", id="de how many"),
        pytest.param("Wer baute die Mühle?", "person", id="de who"),
        pytest.param("Warum ist die Brücke zu?", "reason", id="de why"),
        pytest.param("¿Cuándo abrió el puerto?", "date", id="es when"),
        pytest.param("¿Cuántos barcos se hundieron?", "number", id="es how many"),
        pytest.param("¿Quién construyó el molino?", "person", id="es who"),
        pytest.param("Quand le pont a-t-il fermé ?", "date", id="fr when"),
        pytest.param("Combien de bateaux ont coulé ?", "number", id="fr how many"),
        pytest.param("Où est la tour ?", "place", id="fr where"),
        pytest.param("Quando abriu o porto?", "date", id="pt when"),
        pytest.param("Quem construiu o moinho?", "person", id="pt who"),
        pytest.param("Chi ha costruito il mulino?", "person", id="it who"),
        pytest.param("Quanti battelli affondarono?", "number", id="it how many"),
        pytest.param("大桥是什么时候关闭的？", "date", id="zh when"),
        pytest.param("谁建造了磨坊？", "person", id="zh who"),
        pytest.param("为什么大桥关闭了？", "reason", id="zh why"),
        pytest.param("橋はいつ閉鎖されましたか？", "date", id="ja when"),
        pytest.param("誰が水車を建てましたか？", "person", id="ja who"),
    ],
)
def test_what_a_question_asks_for(question: str, kind: AnswerType | None) -> None:
    assert expected(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "there"),
    [
        pytest.param("date", "It opened on 2 October 2021 at noon.", ["2 October 2021"], id="day"),
        pytest.param("date", "It opened Oct. 2, and closed in May 2022.", ["Oct. 2", "May 2022"], id="two dates"),
        pytest.param("date", "Trams ran from the 1990s on.", ["1990s"], id="decade"),
        pytest.param("date", "It dates from the fourteenth century.", ["fourteenth century"], id="century in words"),
        pytest.param("date", "It dates from the 14th century.", ["14th century"], id="century in figures"),
        pytest.param("date", "The wall fell in 44 BC.", ["44 BC"], id="era"),
        pytest.param("date", "It closed on Monday at 10:30 am.", ["Monday", "10:30 am"], id="weekday and time"),
        pytest.param("date", "It may march on with 1,500 men.", [], id="may, march and a number"),
        pytest.param("date", "Мост открыли 3 мая 1998 года.", ["3 мая 1998 года"], id="ru day"),
        pytest.param("date", "Город основан в 927 году.", ["927 году"], id="ru early year"),
        pytest.param("date", "Церковь стоит с XV века.", ["XV века"], id="ru century"),
        pytest.param("date", "Am 3. Mai 1998 eröffnet.", ["3. Mai 1998"], id="de day"),
        pytest.param("date", "Abrió el 3 de mayo de 1998.", ["3 de mayo de 1998"], id="es day"),
        pytest.param("date", "大桥于1998年5月3日开放。", ["1998年5月3日"], id="zh day"),
        pytest.param("date", "寺は12世紀に建てられた。", ["12世紀"], id="ja century"),
        pytest.param("number", "Five boats and 1,200 nets were lost.", ["Five", "1,200"], id="figures and words"),
        pytest.param("number", "In 2015 the fleet lost 12 boats.", ["12"], id="a year is no number"),
        pytest.param("number", "One million people came.", ["One million"], id="one million"),
        pytest.param("number", "The A7 is closed[3].", [], id="part of a name, and a reference"),
        pytest.param("number", "Погибло пять лодок.", ["пять"], id="ru word"),
        pytest.param("number", "Zwölf Boote sanken.", ["Zwölf"], id="de word"),
        pytest.param("percentage", "It rose by 5.5 % to two thirds.", ["5.5 %", "two thirds"], id="share"),
        pytest.param("percentage", "The third boat won.", [], id="an ordinal is no share"),
        pytest.param("percentage", "Выросло на 7 процентов.", ["7 процентов"], id="ru share"),
        pytest.param("amount", "It cost $3.5 million, or 12 euros each.", ["$3.5 million", "12 euros"], id="money"),
        pytest.param("amount", "The tower is 90 metres high.", ["90 metres"], id="length"),
        pytest.param("amount", "Nine cats sat on 4 mats.", [], id="things are no amount"),
        pytest.param("duration", "Repairs take nine weeks.", ["nine weeks"], id="weeks"),
        pytest.param("duration", "Ремонт займёт 5 лет.", ["5 лет"], id="ru years"),
        pytest.param(
            "person", "Yesterday Ludwig van der Berg met J. R. Ode.", ["Ludwig van der Berg", "J. R. Ode"], id="names"
        ),
        pytest.param("person", "Nobody came.", [], id="the first word alone is no name"),
        pytest.param("person", "In the Black Mill sat Ada.", ["Black Mill", "Ada"], id="words before a name"),
        pytest.param("person", "Мельницу построил Иван Петров.", ["Иван Петров"], id="ru name"),
        pytest.param("person", "磨坊是王明建造的。", [], id="a script without capitals"),
        pytest.param("reason", "It closed because of rust in 1998.", [], id="reasons are not found"),
    ],
)
def test_where_a_sentence_holds_it(kind: AnswerType, sentence: str, there: list[str]) -> None:
    assert [sentence[span.start : span.end] for span in found(kind, sentence, "?")] == there


@pytest.mark.parametrize(
    ("kind", "question", "sentence", "there"),
    [
        pytest.param("date", "When in 1998 did it open?", "Opened in 1998, closed 2003.", ["2003"], id="year"),
        pytest.param("date", "When did the 1998 strike end?", "It ended in May 1998.", ["May 1998"], id="new month"),
        pytest.param("person", "Who met Ada Brook?", "Then Ada Brook met Tom Reed.", ["Tom Reed"], id="name"),
        pytest.param("number", "How many of the 9 left?", "Of the 9 boats, 4 left.", ["4"], id="number"),
    ],
)
def test_what_the_question_says_is_no_answer(kind: AnswerType, question: str, sentence: str, there: list[str]) -> None:
    assert [sentence[span.start : span.end] for span in found(kind, sentence, question)] == there


pieces = st.sampled_from(
    ["12", "May", "2021", "$", "%", "five", "million", "one", "half", "third", "век", "XV", "В", "Ada", "van", "J.", "年",
     "百分之", "km", "years", "ago", "Monday", "[3]", ",", ".", " ", "-", "\n", "the", "The"]
)  # fmt: skip


@given(st.sampled_from(sorted(FINDABLE)), st.lists(pieces | st.text(max_size=5), max_size=15), st.text(max_size=20))
def test_what_is_found_is_in_order_and_inside(kind: AnswerType, parts: list[str], question: str) -> None:
    for text in ("".join(parts), " ".join(parts)):
        end = 0
        for span in found(kind, text, question):
            assert end <= span.start < span.end <= len(text)
            end = span.end


@given(st.text())
def test_any_text_can_be_a_question(text: str) -> None:
    assert expected(text) in {None, *FINDABLE, "reason", "definition", "yes_no"}
