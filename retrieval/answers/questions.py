"""How questions ask, in the languages that are known here. Pure."""

from __future__ import annotations

from typing import Literal

import regex

_AUXILIARY = (
    "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|shall|must|isn't|aren't|didn't|"
    "doesn't|don't|wasn't|weren't|won't|'s|’s"
)
_PERSON_NOUN = (
    "person|people|man|woman|president|king|queen|author|writer|artist|singer|actor|actress|director|player|coach|"
    "scientist|mathematician|physicist|chemist|philosopher|architect|engineer|inventor|composer|poet|painter|emperor|"
    "pope|bishop|general|minister|politician|leader|historian|professor|scholar|theologian|monarch|ruler|explorer|"
    "quarterback|lawyer|judge|governor|senator|chancellor|musician|researcher|astronomer|economist|alumnus|reporter|"
    "comedian|producer|designer|captain|commander|official|duke|prince|princess|theorist|botanist|journalist"
)
_WHAT = r"(?:what|which)(?: (?:is|was|are|were) the| other| specific| exact)?"

AnswerType = Literal[
    "date", "number", "percentage", "amount", "duration", "person", "place", "reason", "definition", "yes_no"
]
_ASKED_BY: tuple[tuple[AnswerType | Literal["other"], str], ...] = (
    (
        "percentage",
        rf"{_WHAT} (?:approximate |total )?(?:percent\w*|per cent|proportion|share|fraction)\b|how large a (?:share"
        rf"|part)\b"
        r"|wie viel prozent|wieviel prozent|welche[rn]? (?:prozent\w*|anteil)"
        r"|(?:какой|каков|какая) (?:процент\w*|долю|доля)|сколько процентов|какую долю"
        r"|(?:qué|que|cuál es el|cuál era el) porcentaje|quel(?:le)? (?:est le |était le )?pourcentage"
        r"|qual (?:é |era |foi )?(?:a |o )?(?:porcentagem|percentagem|percentual)|(?:che|quale) percentuale"
        r"|百分之几|百分比|比例是多少|何パーセント|何%",
    ),
    (
        "date",
        r"when (?:" + _AUXILIARY + r")\b|when\?+$|^when$|how long ago\b|since when\b"
        rf"|{_WHAT} (?:calendar |fiscal )?(?:year|date|day|month|decade|century|centuries|era|weekday)s?\b"
        r"|(?<!\w)wann\b|seit wann\b|welche[rmsn]? (?:jahr|datum|tag|monat|jahrzehnt|jahrhundert|jahre|jahren)\w*\b"
        r"|(?:^|[,;] )когда\b|когда\?+$|(?:в |до |с |на )?как(?:ой|ом|ого|ие|их) (?:год|месяц|ден|дат|век|столети"
        r"|десятилети|числ)\w*|(?:какая|какой|какова) (?:была )?дата|(?:в|с|до) каки[ех] год\w+|какую дату"
        r"|cuándo\b|^¿?cuando\b|qué (?:año|fecha|día|mes|siglo|década)s?\b"
        r"|^(?:depuis )?quand\b|quelle (?:année|date|époque)\b|quel (?:jour|mois|siècle)\b"
        r"|^(?:desde )?quando\b|(?:que|qual|quais) (?:ano|data|dia|mês|século|década)s?\b"
        r"|(?:che|quale|qual) (?:anno|data|giorno|mese|secolo|decennio)\b"
        r"|什么时候|何时|哪一?年|几月|哪一?天|哪个世纪|什么时间|何時|いつ|何年(?!間)|何月|何日",
    ),
    (
        "duration",
        r"how long\b|how old\b|for how many (?:years|months|weeks|days|hours)\b|what (?:is|was) the (?:duration\b"
        r"|age (?!range))"
        r"|wie lange?\b|wie alt\b|как долго|сколько (?:\w+ )?(?:лет|времени|дней|месяцев|часов|минут)\b|каков возраст"
        r"|cuánto tiempo|cuántos años|qué edad|combien de temps|quel âge|quanto tempo|quantos anos|quanti anni"
        r"|多长时间|多久|多少年|多大年纪|几岁|どのくらいの期間|何年間|何歳",
    ),
    (
        "number",
        rf"how many\b|{_WHAT} (?:total |approximate |estimated )?(?:number|population)\b"
        r"|wie ?viele\b|aus wie vielen|сколько (?!стои|весит)|скольк(?:их|ими|им)\b|каково (?:количество|число"
        r"|население)|какое (?:количество|число)"
        r"|cuánt[oa]s\b|combien (?:de |d['’])|quantos\b|quantas\b|quanti\b|quante\b"
        r"|多少(?:[个名人次家位种座条所支只张]|[^，。？]{1,4}(?=[？?]))|几[个名次家位种座条]|人口是多少|有多少|いくつ|何(?:人|個|回|台|本|件|社)",
    ),
    (
        "amount",
        r"how (?:much|far|tall|high|deep|wide|big|large|heavy|fast|hot|cold|loud|thick|strong|expensive|close)\b"
        rf"|what (?:is|was) the (?:total |land |surface )?area\b|{_WHAT} (?:average |total |maximum |minimum "
        rf"|approximate )?(?:cost|price|height|length|weight|width|depth|speed|distance|size|temperature|"
        r"salary|income|amount|budget|elevation|altitude|mass|density|pressure)\b"
        r"|wie (?:viel|hoch|groß|weit|tief|schwer|schnell|breit|teuer|warm|kalt|dick|stark|nah)\b|wieviel\b"
        r"|сколько (?:стои|весит)\w*|сколько\?+$|как(?:ова|ой|ая|ое|ую) (?:\w+ )?(?:цен|стоимост|высот|длин|вес"
        r"|ширин|глубин|скорост|площад|"
        r"расстояни|температур|протяж[её]нност|размер|масс|сумм|рост|зарплат)\w*|насколько\b|как (?:далеко|высоко"
        r"|глубоко)|cuánto\b|cuánta\b|combien\b|quanto\b|quanta\b|多少|多[高远大长深宽重快]|いくら|どのくらい|どれくらい",
    ),
    (
        "definition",
        r"who (?:is|was|are|were) (?:the )?(?-i:(?:\p{Lu}[\p{L}.'’-]*|of|the|de|von|van)(?: |(?=\?)|$))+\?*$"
        r"|^what(?:'s|’s| is| are| was| were) (?:an? |the )?[\p{L}\p{N}-]+(?: [\p{L}\p{N}-]+)?\?*$"
        r"|what (?:do|does|did) .{1,60} (?:mean|stand for)\b|^define\b|what is meant by"
        r"|что такое|что (?:означает|значит)|кто так(?:ой|ая|ие)|^was (?:ist|sind) (?:ein|eine|der|die|das)?\b"
        r"|was bedeutet"
        r"|qué significa|^¿?qué es\b|qu['’]est-ce qu|que signifie|o que é|o que significa|^(?:che )?cos['’]è"
        r"|cosa significa|是什么意思|とは何",
    ),
    (
        "person",
        rf"\bwho\b|\bwhom\b|\bwhose\b|(?:what"
        rf"|which)(?! (?:{_AUXILIARY})\b)(?: [\p{{L}}-]+){{0,2}}? (?:{_PERSON_NOUN})s?\b(?! of (?:the )?\p{{Ll}})"
        r"|\bwer\b|\bwem\b|\bwen\b|wessen\b|(?:^|[,;] |^[\p{L}]{1,4} )(?:кто|кем|кого|кому|ком)\b|(?:^|[,;] )(?:чей"
        r"|чья|чьё|чье|чьи|чьим|чьей)\b"
        r"|как (?:звали|зовут)|qui[eé]n(?:es)?\b|\bqui\b|\bquem\b|^(?:di |da |a |con )?chi\b|谁|哪位|誰|だれ",
    ),
    (
        "place",
        r"\bwhere\b|\bwo\b|\bwohin\b|\bwoher\b|(?:^|[,;] )(?:где|куда|откуда)\b|dónde\b|^¿?adónde\b|\boù\b|\bonde\b"
        r"|\bdove\b|哪里|在哪|何处|どこ",
    ),
    (
        "reason",
        r"\bwhy\b|how come\b|for what reason|what (?:is|was|were) the (?:reason|cause)s?\b|\bwarum\b|\bwieso\b"
        r"|\bweshalb\b|почему|зачем|^¿?por qué|pourquoi|^por que\b|perché|为什么|为何|なぜ|どうして",
    ),
    (
        "yes_no",
        r"^(?:is|are|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\b(?! \w+ what)"
        r"|^was (?:the|it|he|she|there|this|that|they|a|an|any)\b|^(?:ist|sind|hat|haben|gibt es|kann|wird|wurde"
        r"|wurden)\b|^(?:правда|верно) ли|^(?:[\p{L}]+ )ли\b|^est-ce qu|[吗嗎][？?]?$|ですか[？?]?$|ますか[？?]?$",
    ),
    (
        "other",
        r"\b(?:what|which|how)\b|^(?:als |für )?was\b|\b(?:welche[rmsn]?|wie|wof[üu]r|womit|woran|wodurch)\b|\bкак\w*\b"
        r"|\b(?:что|чего|чем|чему)\b"
        r"|\b(?:qué|cuál|cuáles|cómo)\b|\b(?:quel|quelle|quels|quelles|comment|quoi)\b|\b(?:qual|quais|como)\b"
        r"|\b(?:quale|quali|come)\b|什么|哪|如何|怎|何|どの|どんな",
    ),
)  # fmt: skip
KINDS: dict[str, AnswerType] = {kind: kind for kind, _ in _ASKED_BY if kind != "other"}
ASKED = regex.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _ASKED_BY), regex.IGNORECASE)
"""The question word that comes first; the named group is the kind of answer."""
