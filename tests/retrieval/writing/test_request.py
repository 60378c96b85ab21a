"""What the chunks of providers' streams are taken for."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessageChunk

from retrieval.writing.request import Part, part_of


@pytest.mark.parametrize(
    ("chunk", "part"),
    [
        pytest.param(AIMessageChunk(content="One"), Part("One"), id="text"),
        pytest.param(AIMessageChunk(content=""), Part(), id="nothing"),
        pytest.param(AIMessageChunk(content="é\ud83d"), Part("é?"), id="half a pair of surrogates"),
        pytest.param(
            AIMessageChunk(content=[{"type": "text", "text": "One"}, {"type": "text", "text": " two"}]),
            Part("One two"),
            id="blocks of text",
        ),
        pytest.param(
            AIMessageChunk(content=[{"type": "thinking", "thinking": "Hm", "index": 0}]),
            Part(),
            id="Anthropic's thoughts",
        ),
        pytest.param(
            AIMessageChunk(
                content=[{"type": "reasoning", "summary": [{"text": "Hm"}]}, {"type": "text", "text": "One"}]
            ),
            Part("One"),
            id="OpenAI's thoughts",
        ),
        pytest.param(
            AIMessageChunk(content="", additional_kwargs={"reasoning_content": "Hm"}),
            Part(),
            id="thoughts beside the text",
        ),
        pytest.param(
            AIMessageChunk(content="", response_metadata={"finish_reason": "stop"}), Part("", "stop"), id="end"
        ),
        pytest.param(
            AIMessageChunk(content="", response_metadata={"stop_reason": "max_tokens"}),
            Part("", "max_tokens"),
            id="cut",
        ),
        pytest.param(
            AIMessageChunk(content="", response_metadata={"done_reason": "length"}), Part("", "length"), id="Ollama's"
        ),
        pytest.param(
            AIMessageChunk(content="a", response_metadata={"status": "in_progress"}), Part("a"), id="not at its end"
        ),
        pytest.param(AIMessageChunk(content="a", response_metadata={"finish_reason": None}), Part("a"), id="no end"),
        pytest.param(
            AIMessageChunk(content="", usage_metadata={"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}),
            Part("", "", 7, 3),
            id="tokens",
        ),
    ],
)
def test_parts(chunk: AIMessageChunk, part: Part) -> None:
    assert part_of(chunk) == part


@pytest.mark.parametrize("ending", ["length", "max_tokens", "MAX_TOKENS", "incomplete", "content_filter"])
def test_cut(ending: str) -> None:
    assert Part("", ending).cut


@pytest.mark.parametrize("ending", ["", "stop", "end_turn", "STOP", "completed"])
def test_not_cut(ending: str) -> None:
    assert not Part("", ending).cut
