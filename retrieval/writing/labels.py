"""Words that models put before a colon around an answer, and what they say instead of one. Pure."""

from __future__ import annotations

import regex

from retrieval.answers.words import words_in

_SOURCES = words_in(
    "source sources reference references citation citations cited bibliography footnotes quellen quelle quellenangaben "
    "literatur belege nachweise fundstellen источник источники ссылки ссылка литература цитаты fuente fuentes referencia "
    "referencias citas référence références fonte fonti riferimenti fontes referências bron bronnen źródła źródło zdroje "
    "kaynaklar джерела المصادر المراجع מקורות स्रोत 来源 來源 资料来源 参考 参考文献 参考资料 出典 출처"
)
_ANSWERS = words_in(
    "answer a response assistant summary antwort zusammenfassung ответ итог respuesta resumen réponse résumé risposta "
    "riassunto resposta antwoord odpowiedź відповідь 答 答案 回答 回答 답변 उत्तर الإجابة"
)
_QUESTIONS = words_in(
    "question q user human frage вопрос pregunta domanda pergunta vraag pytanie питання 问题 問題 質問 질문"
)
_EDGES = " #*_-–•>.:："
_MOST = 30  # characters of a label


def is_source_label(text: str) -> bool:
    """Tell whether a text, before its colon, announces a list of sources."""
    return _plain(text) in _SOURCES


def is_answer_label(text: str) -> bool:
    """Tell whether a text, before its colon, only announces the answer."""
    return _plain(text) in _ANSWERS


def is_question_label(text: str) -> bool:
    """Tell whether a text, before its colon, announces a question, as models do that go on inventing them."""
    return _plain(text) in _QUESTIONS


def _plain(text: str) -> str:
    return text.strip(_EDGES).casefold() if len(text) <= _MOST else ""


_NONE = regex.compile(r"(?:NONE|N/A|KEINE|NINGUN[OA]|AUCUNE?|NESSUN[OA]|NENHUMA?|НИЧЕГО|无|無|なし)")
_NONE_IN_WORDS = regex.compile(r"none|n/a|not found|no answer|keine antwort|нет ответа", regex.IGNORECASE)
_AROUND = " .,!:;'\"“”„«»‘’()[]{}<>*_`#–—-。\ue000"

_ABOUT_PASSAGES = r"(?:passages?|excerpts?|snippets?|context|(?:provided|given|supplied|available) (?:\p{L}+ )?\p{L}+)"
_ABOUT_ARTICLES = r"(?:sources?|articles?|texts?|sentences?|documents?|information)"
_DENIES = (
    r"(?:do(?:es)?(?: not|n['’]t)|did(?: not|n['’]t)|can(?:not| not|['’]t)|ha(?:s|ve) no|is no|contains? no|gives? no|"
    r"provides? no|mentions? no|(?:is|are)(?: not|n['’]t)|no (?:mention|information|answer|details?))"
)
_CERTAIN_REFUSAL = regex.compile(rf"\b{_ABOUT_PASSAGES}\b[^.]{{0,60}}\b{_DENIES}", regex.IGNORECASE)
_REFUSAL = regex.compile(
    rf"""
    \b{_ABOUT_ARTICLES}\b[^.]{{0,60}}\b{_DENIES}
  | \b(?:I|we)(?:['’]m|\ am)?\ (?:cannot|can['’]t|could\ not|couldn['’]t|unable\ to|do\ not\ know|don['’]t\ (?:know|have))\b
  | \b(?:no|not\ enough|insufficient)\ (?:\p{{L}}+\ )?(?:information|mention|evidence)\b
  | \bnot\ (?:mentioned|stated|specified|provided|given|found)\b
  | \b(?:Passagen?|Quellen?|Artikeln?|Texte?n?|Auszüge?n?|Sätze?n?)\b[^.]{{0,80}}\b(?:nicht|kein\p{{L}}*)\b
  | \bkeine\ (?:Informationen|Angaben|Antwort)\b | \bIch\ (?:kann|weiß)\b[^.]*\bnicht\b
  | \bнет\ (?:\p{{L}}+\ )?(?:информации|сведений|данных|ответа|упоминани)
  | \b(?:отрыв|фрагмент|источник|стать|текст|предложени)\p{{L}}*\b[^.]{{0,80}}\b(?:не|нет)\b
  | \bне\ (?:указан|упомина|упомянут|сообща|говорит)
  | \b(?:pasajes?|fuentes?|artículos?|textos?|fragmentos?)\b[^.]{{0,80}}\bno\b | \bno\ hay\ información\b
  | \b(?:passages?|sources?|articles?|textes?|extraits?)\b[^.]{{0,80}}\b(?:ne|n['’])\b | \baucune\ (?:information|mention)\b
  | \b(?:passaggi|fonti|articoli|testi|brani)\b[^.]{{0,80}}\bnon\b | \b(?:fontes|artigos|trechos)\b[^.]{{0,80}}\bnão\b
  | (?:没有|未)(?:提到|提及|说明|提供|给出|相关|找到)
    """,
    regex.IGNORECASE | regex.VERBOSE,
)


def is_none(text: str) -> bool:
    """Tell whether a text is nothing but the word that the prompt asks for where the passages do not answer."""
    return _NONE.fullmatch(text.strip(_AROUND)) is not None


def declines(text: str, *, cited: bool) -> bool:
    """Tell whether a sentence says that the passages do not answer; such a sentence can rest on no quote.

    Of sentences with ids only those that speak of passages or of what was provided: an article may well say what some
    text does not mention.
    """
    if _NONE_IN_WORDS.fullmatch(text.strip(_AROUND)):
        return True
    return (_CERTAIN_REFUSAL if cited else _REFUSAL).search(text) is not None or (
        not cited and _CERTAIN_REFUSAL.search(text) is not None
    )
