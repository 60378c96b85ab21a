"""Whether quotes bear out a sentence that a chat model wrote on them."""

from __future__ import annotations

import json
import threading
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder import Encoder
from retrieval.judging import Linear
from retrieval.models import QuestionVectors
from retrieval.writing.support import FIGURES, FILE, Scale, Scales, Support, Verdict, from_json, shipped

BRIDGE = "The old bridge in the harbour was closed on 3 March 2026 after engineers found cracks in two of its pillars."
MAYOR = "Mayor Ada Brook said that repairs would take until autumn and cost some 4 million euros."
FERRY = "A ferry carries passengers across the harbour every half hour."


def not_known(language: str) -> float:
    return 0.0


def never(text: str) -> QuestionVectors:
    raise AssertionError("the encoder was asked in a language that it does not know")


@pytest.fixture
def support(encoder: Encoder) -> Support:
    return Support(encoder.encode_question)


@pytest.fixture
def by_terms() -> Support:
    return Support(never, not_known)


@pytest.mark.parametrize(
    ("claim", "evidence", "verdict"),
    [
        pytest.param("The old bridge was closed because of cracks in its pillars.", [BRIDGE], "supported", id="said"),
        pytest.param("The bridge was closed on March 3.", [BRIDGE], "supported", id="a date written otherwise"),
        pytest.param(
            "The bridge closed on 3 March, and repairs will take until autumn.", [BRIDGE, MAYOR], "supported",
            id="said by two quotes together",
        ),
        pytest.param("The bridge was closed on 5 March.", [BRIDGE], "unsupported", id="another date"),
        pytest.param("Repairs would cost 6 million euros.", [MAYOR], "unsupported", id="another sum"),
        pytest.param("Mayor Tom Brook said that repairs would take long.", [MAYOR], "unsupported", id="another name"),
        pytest.param("The bridge was not closed.", [BRIDGE], "unsupported", id="denied"),
        pytest.param("The bridge will be painted green.", [FERRY], "unsupported", id="another matter"),
        pytest.param("Penguins live on fish and krill.", [BRIDGE], "unsupported", id="another world"),
    ],
)  # fmt: skip
def test_a_claim_stands_on_what_its_evidence_says(
    support: Support, claim: str, evidence: list[str], verdict: Verdict
) -> None:
    assert support.judge(claim, evidence, question="What about the bridge?", language="en") == verdict


@pytest.mark.parametrize(
    ("claim", "evidence", "language", "verdict"),
    [
        pytest.param(
            "Старый мост закрыли 3 марта из-за трещин.", "Старый мост был закрыт 3 марта 2026 года из-за трещин в опорах.",
            "ru", "supported", id="ru",
        ),
        pytest.param(
            "Старый мост закрыли 5 марта из-за трещин.", "Старый мост был закрыт 3 марта 2026 года из-за трещин в опорах.",
            "ru", "unsupported", id="ru, another date",
        ),
        pytest.param(
            "Die alte Brücke wurde wegen Rissen gesperrt.", "Wegen Rissen in zwei Pfeilern wurde die alte Brücke gesperrt.",
            "de", "supported", id="de",
        ),
        pytest.param(
            "Die alte Brücke wurde wegen Rissen gesperrt.", "Eine Fähre bringt Fahrgäste über den Hafen.",
            "de", "unsupported", id="de, another matter",
        ),
        pytest.param("旧桥于三月关闭。", "由于桥墩出现裂缝，旧桥于三月关闭。", "zh", "supported", id="zh"),
    ],
)  # fmt: skip
def test_in_languages_that_the_encoder_does_not_know_terms_decide(
    by_terms: Support, claim: str, evidence: str, language: str, verdict: Verdict
) -> None:
    assert by_terms.judge(claim, [evidence], language=language) == verdict


def test_between_languages_that_the_encoder_does_not_know_a_claim_is_marked_at_best(by_terms: Support) -> None:
    claim = "Старый мост был закрыт 3 марта 2026 года."
    assert by_terms.judge(claim, [BRIDGE], question="Когда закрыли мост?", language="en") == "doubtful"
    claim = "Старый мост был закрыт 5 марта 2026 года."
    assert by_terms.judge(claim, [BRIDGE], question="Когда закрыли мост?", language="en") == "unsupported"


def test_the_day_of_publication_tells_what_yesterday_was(support: Support) -> None:
    evidence = ["The old bridge in the harbour was closed yesterday."]
    claim = "The old bridge was closed on 3 March 2026."
    assert support.judge(claim, evidence, language="en", published=["2026-03-04T09:00:00+00:00"]) == "supported"
    assert support.judge(claim, evidence, language="en", published=["2026-03-09"]) == "unsupported"


def test_a_name_of_the_question_alone_is_marked_only_where_the_evidence_leans_back(support: Support) -> None:
    question = "When did Ada Brook open the new bridge?"
    claim = "Ada Brook opened the new bridge in May."
    leaning = ["She opened the new bridge in May."]
    of_another = ["Tom Reed opened the new bridge in May."]
    assert support.judge(claim, leaning, question=question, language="en") == "doubtful"
    assert support.judge(claim, of_another, question=question, language="en") == "unsupported"
    assert support.judge(claim, leaning, question="Who opened it?", language="en") == "unsupported"
    assert support.judge(claim, [*leaning, "Ada Brook at the harbour"], question=question, language="en") == "supported"


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        pytest.param("", [BRIDGE], id="no claim"),
        pytest.param("The bridge was closed.", [], id="no evidence"),
        pytest.param("The bridge was closed.", ["", "  "], id="empty evidence"),
    ],
)
def test_nothing_bears_nothing_out(by_terms: Support, claim: str, evidence: list[str]) -> None:
    assert by_terms.judge(claim, evidence) == "unsupported"


def test_evidence_is_encoded_once_for_all_that_rests_on_it(encoder: Encoder) -> None:
    encoded: list[str] = []

    def encode(text: str) -> QuestionVectors:
        encoded.append(text)
        return encoder.encode_question(text)

    support = Support(encode)
    for claim in ("The old bridge was closed.", "Engineers found cracks in the bridge."):
        support.judge(claim, [BRIDGE], language="en")
    assert encoded.count(BRIDGE) == 1


def test_threads_share_it(by_terms: Support) -> None:
    verdicts: Counter[tuple[int, Verdict]] = Counter()

    def judge() -> None:
        found = [(day, by_terms.judge(f"Мост закрыт {day} марта.", ["Мост закрыт 3 марта."])) for day in range(1, 6)]
        verdicts.update(found)

    threads = [threading.Thread(target=judge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(verdicts) == {(day, "supported" if day == 3 else "unsupported") for day in range(1, 6)}


@given(
    st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3), st.sampled_from([None, "en", "de", "ru", "zh"])
)
def test_any_text_gets_a_verdict(claim: str, evidence: list[str], language: str | None) -> None:
    verdict = Support(never, not_known).judge(claim, evidence, language=language)
    assert verdict in ("supported", "doubtful", "unsupported")


def test_between_the_floors_a_claim_is_doubtful() -> None:
    scale = Scale(Linear(0.0, np.array([0.0, 0.0, 0.0, 1.0])), kept=0.3, sure=0.7)
    verdicts = [scale.verdict(np.array([0.0, 0.0, 0.0, logit])) for logit in (-2.0, 0.0, 2.0)]
    assert verdicts == ["unsupported", "doubtful", "supported"]


def test_other_scales_take_the_place_of_those_that_ship() -> None:
    strict = Scale(Linear(0.0, np.zeros(len(FIGURES))), kept=0.9, sure=0.95)
    support = Support(never, not_known, Scales(strict, strict, strict))
    assert support.judge("Мост закрыт 3 марта.", ["Мост закрыт 3 марта."]) == "unsupported"


def test_what_ships_is_read_as_it_was_written() -> None:
    stored = json.loads(FILE.read_text("utf-8"))
    scales = shipped()
    assert stored["origin"].startswith("python -m retrieval.writing.calibrate ")
    for name in ("by_meaning", "by_terms", "by_vectors"):
        scale = getattr(scales, name)
        assert scale.sum.constant == stored[name]["constant"]
        assert {n: w for n, w in zip(FIGURES, scale.sum.weights, strict=True) if w} == stored[name]["weights"]
        assert 0 < scale.kept <= scale.sure < 1


def test_a_scale_is_read_by_the_names_of_the_figures() -> None:
    one = {"constant": 1.0, "weights": {"terms": 2.0, "cosine": 3.0}, "kept": 0.2, "sure": 0.6}
    scales = from_json({"by_meaning": one, "by_terms": one, "by_vectors": one})
    assert scales.by_terms.sum.weights.tolist() == [3.0, 0.0, 0.0, 2.0]
    assert (scales.by_terms.kept, scales.by_terms.sure) == (0.2, 0.6)
