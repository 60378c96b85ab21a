"""How people ask for sources compared, for what happened when, and for an article in short: in four languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Forms:
    """How one language asks: each form stands for the whole of a folded question.

    Folded is small letters without accents, in Russian without the dots of `ё` and `й`. The groups are `topic`, what is
    asked about, and `title`, what an article is called.
    """

    opening: re.Pattern[str]
    """Courtesies, and what joins a question to the one before it."""
    closing: re.Pattern[str]
    compare: tuple[re.Pattern[str], ...]
    timeline: tuple[re.Pattern[str], ...]
    happened: tuple[re.Pattern[str], ...]
    """Ask for a timeline where they name a period."""
    this: tuple[re.Pattern[str], ...]
    """Ask for the article in hand in short."""
    titled: tuple[re.Pattern[str], ...]
    """Ask for a named article in short."""
    summary: tuple[re.Pattern[str], ...]
    """Ask for all there is on a topic in short."""


@cache
def all_forms() -> tuple[Forms, ...]:
    """Return the forms of all languages, compiled when the first question is asked."""
    return _english(), _german(), _russian(), _spanish()


_COMMON = {
    "topic": r"(?P<topic>.+?)",
    "any": r"(?: (?P<topic>.+?))?",
    "quoted": r"[«“„\"'‘](?P<title>.+)[»”“\"'’]",
}


def _forms(parts: dict[str, str], opening: str, closing: str, **kinds: tuple[str, ...]) -> Forms:
    """Compile forms in which names in braces stand for the parts."""
    parts = {**_COMMON, **parts, "about": f"(?: {parts['on']} {_COMMON['topic']})?"}
    compiled = {kind: tuple(re.compile(form.format_map(parts)) for form in forms) for kind, forms in kinds.items()}
    return Forms(
        opening=re.compile(rf"[\s¿¡]*(?:(?:{opening})[\s,:¿¡]+)*"),
        closing=re.compile(rf"(?:[\s,]+(?:{closing}))?[\s?!.…]*$"),
        **compiled,
    )


def _english() -> Forms:
    article = r"(?:article|story|piece|text|report|post|interview|review)"
    return _forms(
        {
            "sources": r"(?:(?:the|these|those|different|various|other|two|both|all|local|several) )*(?:news ?)?(?:sources"
            r"|papers|outlets|articles|reports|accounts|media|press|stories|publications)",
            "on": r"(?:on|about|of|over|in|regarding|concerning|as to|when it comes to)",
            "differ": r"(?:differ|disagree|diverge|vary|compare|agree|contradict (?:each other|one another))",
            "say": r"(?:say|write|report|claim)",
            "article": article,
            "this": rf"(?:this|it|that|(?:this|the|that) {article})",
            "short": r"(?:summari[sz]e|sum up|recap|tl;?dr:?|(?:(?:give|write|show|tell|send)(?: me| us)? |i (?:want|need) "
            r"|what is )?(?:an? |the )?(?:(?:short|brief|quick) )?(?:summary|overview|gist|recap) (?:of|on|about|for))",
            "news": r"(?:(?:all )?(?:the )?(?:latest )?(?:news|coverage|reports|reporting|articles|stories|everything"
            r"|what is (?:known|said|written)|what (?:the )?(?:articles|papers|sources) say) (?:on|about|of))",
        },
        r"please|can you|could you|would you|ok(?:ay)?|and|but|so|also|then|now",
        r"please|for me|in (?:short|brief|a nutshell|(?:a few|one|two|three|\d+) (?:words|sentences?))",
        compare=(
            "(?:how|where|on what|in what way) (?:do|did|does) {sources} {differ}{about}",
            "(?:do|did|does) {sources} (?:all )?{differ}{about}",
            "how (?:do|did|does) {sources} (?:report|cover|describe|present|see|judge|treat|explain)(?: on)? {topic}",
            "what (?:do|did|does) {sources} {say}{about}",
            "what (?:are|is) the differences? (?:between|among|in) {sources}{about}",
            "how does (?:the )?coverage of {topic} (?:differ|vary|compare)(?: .+)?",
            "who (?:says|reports|writes) what{about}",
            "what are the (?:different|differing|opposing|conflicting) (?:views|opinions|accounts|versions)"
            " {on} {topic}",
            "compare (?:(?:what|how) )?(?:{sources}|(?:the )?(?:news )?(?:coverage|reporting))(?: {say}| cover)?(?: {on})?"
            "{any}",
            "compare {topic}",
        ),
        timeline=(
            "(?:(?:give|show|make|write)(?: me| us)? |what (?:is|was) )?(?:an? |the )?(?:time ?line|chronology"
            "|(?:sequence|course|chain) of (?:the )?events)(?: (?:of|for|on|about|in|around) {topic})?",
            "how (?:did|has|have) {topic} (?:develop|unfold|evolve|progress)(?:e?d)? (?:over time|so far|step by step"
            "|day by day)",
            "(?:(?:list|show|tell)(?: me| us)? )?(?:what happened (?:to|with|in|at) )?{topic},? in chronological order",
        ),
        happened=(
            "(?:what|which events)(?: has| have| had)? (?:happened|took place|taken place|occurred|went on|gone on"
            "|was going on)(?: (?:to|with|about))?{any}",
        ),
        this=(
            "{short} {this}",
            "what(?: is|'s| was) (?:this|the|that) {article} (?:all )?about",
            "what does (?:this|the|that) {article} say",
            "(?:what are )?(?:the )?(?:main|key) points (?:of|in|from) {this}",
        ),
        titled=(
            "{short} (?:(?:the|this) )?(?:{article} )?(?:(?:titled|called|entitled) )?{quoted}",
            "{short} (?:the|an?|that) {article} (?:about|on|titled|entitled|called|of) (?P<title>.+)",
            "what(?: is|'s| was) (?:(?:the|this) )?(?:{article} )?{quoted} (?:all )?about",
            "what does (?:(?:the|this) )?(?:{article} )?{quoted} say",
        ),
        summary=("{short} (?:{news} )?{topic}",),
    )


def _german() -> Forms:
    article = r"(?:artikels?|beitrags?|berichts?|berichtes|textes|texts?|meldung|interviews?)"
    return _forms(
        {
            "sources": r"(?:(?:die|den|diese|verschiedenen?|einzelnen|anderen|beiden|alle) )*"
            r"(?:quellen|zeitungen|blatter|artikeln?|berichten?|medien|presse)",
            "on": r"(?:in bezug auf|hinsichtlich|bezuglich|uber|zum|zur|zu|beim|bei|im|in|vom|von)",
            "say": r"(?:sagen|sagt|schreiben|schreibt|berichten|berichtet|melden|meldet)",
            "article": article,
            "this": rf"(?:das|dies|es|(?:den|diesen|der|dieser|dieses|des|das|dem|diesem|die|diese) {article})",
            "short": r"(?:fass(?:e|t|en sie)?(?: mir| uns)?(?: kurz)?|(?:(?:gib|schreib|mach|zeig)e?(?: mir| uns)? "
            r"|ich (?:mochte|will|brauche) )?(?:eine? |die )?(?:kurze )?(?:zusammenfassung|kurzfassung|ubersicht"
            r"|uberblick)(?: von| vom| zu| zum| zur| uber)?)",
            "together": "(?: kurz)?(?: zusammen)?",
            "news": r"(?:(?:alle )?(?:die )?(?:nachrichten|berichte|artikel|meldungen|alles) (?:uber|zu|zum|zur|von|vom))",
        },
        r"bitte|kannst du|konnen sie|konnten sie|ok|und|aber|also|dann",
        r"bitte|in (?:ein paar|wenigen|\w+) (?:worten|satzen)",
        compare=(
            "(?:wie|worin|wo|inwiefern) (?:unterscheide[nt]|widersprech(?:en|t)) sich {sources}{about}",
            "(?:sind sich|widersprechen sich|unterscheiden sich) {sources}{about}(?: einig)?",
            "(?:was|wie) {say} {sources}{about}",
            "vergleich(?:e|en sie)? (?:was )?{sources}{about}(?: {say})?",
            "vergleich(?:e|en sie)? {topic}",
        ),
        timeline=(
            "(?:(?:gib|zeig|schreib|mach)e?(?: mir| uns)? )?(?:eine? |die |der |den )?(?:zeitleiste|chronologie|chronik"
            "|zeitlichen? ablauf|ablauf der ereignisse)(?: (?:von|vom|zu|zum|zur|uber|des|der) {topic})?",
            "{topic} in zeitlicher reihenfolge",
        ),
        happened=(
            "was (?:geschah|passierte|ereignete sich)(?: mit)?{any}",
            "was (?:ist|war)(?: mit)?{any} (?:los|passiert|geschehen)",
        ),
        this=(
            "{short} {this}{together}",
            "(?:worum geht(?: es|'s) (?:in|bei)|was steht in) (?:dem|diesem|der|dieser) {article}",
            "(?:worum geht(?: es|'s)|was steht) im {article}",
            "wovon handelt (?:der|dieser|die|diese|das|dieses) {article}",
        ),
        titled=(
            "{short} (?:(?:den|die|das|der|des|dem|diesen) )?(?:{article} )?{quoted}{together}",
            "{short} (?:den|die|das|der|des|dem|einen) {article} (?:uber|zum|zur|zu|mit dem titel)"
            " (?P<title>.+?){together}",
            "(?:worum geht(?: es|'s) (?:in|bei)|wovon handelt|was steht in) (?:(?:dem|der|diesem) )?(?:{article} )?"
            "{quoted}",
        ),
        summary=("{short} (?:{news} )?{topic}{together}",),
    )


def _russian() -> Forms:
    article = r"(?:стать\w+|текст\w*|материал\w*|заметк\w+|репортаж\w*|новост\w+|интервью|публикаци\w+)"
    briefly = r"(?: (?:мне|нам|кратко|коротко|вкратце|в двух словах|содержание|суть))*"
    return _forms(
        {
            "sources": r"(?:(?:эти|разн\w+|различн\w+|друг\w+|обе|оба|все|местн\w+) )*(?:источник\w*|газет\w*"
            r"|стать[ияею]\w*|издани\w+|сообщени\w+|сми|пресс\w+|журналист\w*|публикаци\w+)",
            "on": r"(?:по поводу|в отношении|относительно|на тему|насчет|о|об|обо|про|в|во|по)",
            "differ": r"(?:отличаются|различаются|расходятся|сходятся|противоречат(?: друг другу)?)",
            "say": r"(?:пишут|говорят|сообщают|рассказывают|писали|говорили|сообщали|освещают|освещали)",
            "article": article,
            "this": rf"(?:это|ее|его|(?:эт\w+ |данн\w+ )?{article})",
            "short": rf"(?:(?:кратко|коротко|вкратце|в двух словах) )?(?:(?:перескажи|изложи|резюмируи|суммируи"
            rf"|обобщи)(?:те)?{briefly}|(?:(?:даи|сделаи|напиши|составь)(?:те)? )?(?:(?:краткое|краткии|краткую) )?"
            rf"(?:содержание|изложение|резюме|саммари|пересказ|выжимк[ау]|обзор|сводк[ау]))",
            "news": r"(?:(?:все )?(?:новост\w+|сообщени\w+|стать\w+|публикаци\w+|все|то)?,? ?(?:что (?:известно|пишут"
            r"|сообщают) )?(?:о|об|обо|про|по))",
        },
        r"пожалуиста|можешь|можете|а|и|но|ну|так|тогда",
        r"пожалуиста|(?:в|во|кратко|коротко|вкратце)(?: (?:двух|трех|паре|нескольких) (?:словах|предложениях))?",
        compare=(
            "(?:как|чем|в чем|где|насколько) {differ} {sources}{about}",
            "(?:как|чем|в чем|где) {sources} {differ}{about}",
            "(?:что|как) {say} {sources}{about}",
            "(?:что|как) {sources} {say}{about}",
            "(?:согласны|сходятся|расходятся) ли {sources}{about}",
            "сравни(?:те)?,? (?:(?:что|как) )?(?:{say} )?{sources}(?: {say})?{about}",
            "сравни(?:те)? {topic}",
        ),
        timeline=(
            "(?:(?:даи|покажи|составь|напиши)(?:те)?(?: мне)? )?(?:хронологи[яю]|хроник[ау]|(?:ход|последовательность)"
            " событии)(?: событии)?(?: (?:вокруг|по|о|об|в))?{any}",
            "как развивал\\w+ (?:события (?:вокруг|с|со|в) )?{topic}",
            "{topic} в хронологическом порядке",
        ),
        happened=("что (?:происходило|произошло|случилось)(?: с| со)?{any}",),
        this=(
            "{short} {this}",
            "о чем (?:(?:идет речь|говорится|рассказывается|пишут) в )?(?:эт\\w+ |данн\\w+ )?{article}",
            "(?:главное|основное|суть) (?:в |из )?(?:эт\\w+ |данн\\w+ )?{article}",
        ),
        titled=(
            "{short} (?:эт\\w+ )?(?:{article} )?{quoted}",
            "{short} (?:эт\\w+ |ту )?{article} (?:о|об|обо|про|под названием) (?P<title>.+)",
            "о чем (?:(?:идет речь|говорится|рассказывается|пишут|рассказывает) )?(?:в )?(?:эт\\w+ )?"
            "(?:{article} )?{quoted}",
        ),
        summary=("{short} (?:{news} )?{topic}",),
    )


def _spanish() -> Forms:
    article = r"(?:articulo|texto|noticia|reportaje|entrevista)"
    return _forms(
        {
            "sources": r"(?:(?:las|los|la|distint[oa]s|diferentes|divers[oa]s|otr[oa]s|vari[oa]s|dos|tod[oa]s) )*(?:fuentes"
            r"|periodicos|diarios|articulos|medios|prensa|noticias|informes)",
            "on": r"(?:sobre|acerca del?|en|del?|respecto al?|en cuanto al?)",
            "say": r"(?:dicen?|escriben?|informan?|cuentan?|publican?)",
            "article": article,
            "this": rf"(?:esto|(?:el|la|este|esta) {article})",
            "short": r"(?:resum[ea](?:me)?|resumir|(?:haz(?:me)? |dame |quiero )?(?:un |el )?(?:breve )?resumen"
            r"(?: breve)?(?: del| de| sobre)?)",
            "news": r"(?:(?:tod[oa]s )?(?:las |los )?(?:noticias|articulos|todo|lo que se sabe)"
            r" (?:sobre|acerca del?|del?))",
        },
        r"por favor|puedes|podrias|y|pero",
        r"por favor|en pocas palabras",
        compare=(
            "(?:en que|como|donde) (?:difieren|discrepan|se diferencian|se contradicen|coinciden) {sources}{about}",
            "que {say} {sources}{about}",
            "compar(?:a|e|ar) (?:lo que {say} )?{sources}{about}",
            "compar(?:a|e|ar) {topic}",
        ),
        timeline=(
            "(?:(?:haz|dame|muestra)(?:me)? )?(?:una |la )?(?:cronologia|linea (?:de|del) tiempo)"
            "(?: (?:del|de|sobre) {topic})?",
            "{topic} en orden cronologico",
        ),
        happened=("que (?:paso|ocurrio|sucedio|ha pasado|ha ocurrido|ha sucedido)(?: con)?{any}",),
        this=("{short} {this}", "de que (?:trata|va|habla) (?:el|la|este|esta) {article}"),
        titled=(
            "{short} (?:el |la )?(?:{article} )?{quoted}",
            "{short} (?:el|la|un|una) {article} (?:sobre|acerca de|titulad[oa]) (?P<title>.+)",
            "de que (?:trata|va|habla) (?:el |la |este |esta )?(?:{article} )?{quoted}",
        ),
        summary=("{short} (?:{news} )?{topic}",),
    )
