"""The words by which follow-ups are told from other questions: English, German and Russian."""

from __future__ import annotations

import re
from dataclasses import dataclass


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


def _opening(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{pattern})(?!\w)[\s,:]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Language:
    """The words of a language by which follow-ups are told."""

    empty: frozenset[str]
    """Words that say nothing of the matter."""
    pronouns: frozenset[str]
    """Words that stand for something named before, in this question or an earlier one."""
    only_last: frozenset[str]
    """Those of them that do so only where a clause ends."""
    articles: frozenset[str]
    """Words after which something is named that a later pronoun may stand for."""
    joining: frozenset[str]
    """Words before which a clause may end."""
    asking: frozenset[str]
    prepositions: frozenset[str]
    opening: re.Pattern[str]
    """What joins a question to the one before it, at its start."""
    correcting: re.Pattern[str]
    """What takes the last question back, at the start."""
    defining: re.Pattern[str]
    """What asks for the meaning of a single word, at the start."""
    impersonal: re.Pattern[str]
    """Pronouns that stand for nothing, with enough around them to tell."""


# what is said of a thing named before: `is it going to open`, not `is it legal to fish`
_NOT_OF_A_THING = "(?!similar|related|due|close|equal|compared|going|expected|likely|supposed|able|ready)"

_ENGLISH_PRONOUNS = _words(
    "he she it they him her them his hers its their theirs this that these those there one ones both former latter same"
)
ENGLISH = Language(
    empty=_ENGLISH_PRONOUNS
    | _words(
        "a about after again against all also although am an and another any anything are aren as at based be because "
        "been before being between but by can clarify come comes could d define describe detail details did didn do "
        "does doesn doing don done during each either else etc even ever every example examples explain few for from "
        "further get give given go going gonna got had happen happened happening happens has have having help hi how "
        "however i if in info information instead into is isn just kind know let like ll long longer lot m made make "
        "many may maybe me mean means meant might mine more most much must my name near need next no not now of off "
        "ok okay on only or other others our out over particular please possible provide re really reason reasons "
        "related right s said say says see shall should show since so some someone something sort still such sure t "
        "take tell than thank thanks the then thing things think though through to too toward true try under "
        "understand until up us use ve versus very via vs want was way we well were what when where whether which "
        "while who whom whose why will with within without won would yes yet you your yours"
    ),
    pronouns=_ENGLISH_PRONOUNS,
    only_last=_words("that there one ones same"),
    articles=_words("the a an my our your every each some any"),
    joining=_words("and or but when if because while though although before after so than"),
    asking=_words(
        "what when where which who whom whose why how is are was were do does did can could will would should"
    ),
    prepositions=_words("in at on for from by with to during after before of under since near between against"),
    opening=_opening(
        r"(?:(?:ok(?:ay)?|well|yes|and|but|or|so|also|then|now)[\s,]+)*"
        r"(?:(?:what|how) about|and|but|or|so|also|then|plus)"
    ),
    correcting=_opening(r"no,|nope|not that|(?:no\W+)?i (?:mean|meant)|i was asking|that (?:was|is) not"),
    defining=_opening(r"what (?:is|are|s|does)|define|explain|describe|meaning of|definition of"),
    impersonal=_any_of(
        r"(?:is|are|was|were|be|been|will|any)\W+there",
        r"there\W+(?:is|are|was|were|s|will|be|have|has)",
        rf"(?:is|was|does|did|will|would|can|s) it\W+{_NOT_OF_A_THING}(?:\w+\W+){{0,4}}?(?:to|that|if|for)\W+\w+",
        r"it (?:take|cost|is|was)\W+(?:\w+\W+){0,3}?(?:to|that|for)\W+\w+",
        r"(?:does|did|will|would|is|was) it (?:rain|snow)(?:ing)?",
        r"what time is it",
        r"th(?:is|at|ese|ose) (?:past |last )?(?:year|month|week|weekend|morning|evening|time|day|season)s?",
        r"this (?:summer|winter|spring|autumn|fall)",
        r"those (?:who|that|which|with|of|in)",
        r"(?:no|any|some|every|each|at|as) one",
        r"both (?:\w+ ){1,2}and",
    ),
)
_GERMAN_PRONOUNS = _words(
    "er es sie ihn ihm ihr ihnen sein seine seinen seinem seiner seines ihre ihren ihrem ihrer ihres dessen deren dort "
    "dorthin daher dabei dadurch dafür dagegen dahinter damit danach daneben daran darauf daraus darin darüber darum "
    "darunter davon davor dazu das dies diese diesen diesem dieser dieses jene jenen jenem jener jenes derselbe dieselbe "
    "dasselbe letztere letzterer beide"
)
GERMAN = Language(
    empty=_GERMAN_PRONOUNS
    | _words(
        "aber alle allem als also am an andere anderen anderer anderes auch auf aus bei beim beispiel bevor bis bist "
        "bitte da danke dann das dass dazu dem den denn der des dich die doch du durch ein eine einem einen einer "
        "eines einzelheiten erklär erkläre erzähl erzähle etwas euch für gab ganz geben gegeben gegen genau genauer "
        "geschah geschehen geschieht gib gibt grund gründe hab habe haben hat hatte hatten hätte ich im in ins ist ja "
        "jetzt kann kannst kein keine können könnte lassen lässt machen macht man mehr mein meine meinst mich mir mit "
        "muss müssen nach nachdem nein nicht nichts noch nun nur ob obwohl oder ohne passiert passierte sag sage "
        "sagen sagt sagte schon seid seit sich sind so soll sollen sollte sonst trotzdem um und uns unser unsere "
        "unter viel viele vom von vor wann war waren warum was weil weiter weitere weiterer weiteres welche welchem "
        "welchen welcher welches wem wen wenn wer werde werden weshalb wessen wie wieso wieviel will wir wird "
        "wirklich wo wofür woher wohin wollen worden worum wurde wurden während würde zu zum zur zwischen über"
    ),
    pronouns=_GERMAN_PRONOUNS,
    only_last=_words("das"),
    articles=_words("der die das den dem des ein eine einen einem einer mein meine unser unsere kein keine"),
    joining=_words("und oder aber als wenn weil dass ob nachdem bevor während obwohl"),
    asking=_words("was wann wo wer wem wen wie warum wieso weshalb welche welcher welches wessen woher wohin wofür"),
    prepositions=_words("in im ins an am auf bei beim für aus von vom nach mit zu zum zur seit unter gegen um"),
    opening=_opening(
        r"(?:(?:ok(?:ay)?|gut|ja|und|aber|oder|also|dann|nun)[\s,]+)*"
        r"(?:was ist (?:denn )?mit|wie (?:sieht|steht|ist) es (?:mit|um|bei|in)|und|aber|oder|also|dann|auch)"
    ),
    correcting=_opening(r"nein,|nicht das|(?:nein\W+)?ich mein(?:e|te)|das war nicht"),
    defining=_opening(r"was (?:ist|sind|bedeutet|heißt)|definiere|erklär(?:e|en)?(?: mir)?"),
    impersonal=_any_of(
        r"(?:gibt|gab|gäbe) es|es (?:gibt|gab)",
        r"(?:ist|war|wird|wäre) es\W+(?:\w+\W+){0,4}?(?:zu|dass)\W+\w+",
        r"geht es (?:um|bei|in|mit)",
        r"(?:regnet|schneit|regnete|schneite) es",
        r"wie (?:viel uhr|spät) ist es",
        r"diese[mnrs]? (?:woche|wochenende|monats?|jahr(?:es)?|tage?n?|morgen|abend|sommer|winter|zeit)",
        r"(?:können|könnten|wissen|haben|würden|sagen|geben|meinen|erklären|zeigen|finden) sie",
        r"(?-i:(?<=\w )(?:Sie|Ihnen|Ihre?[mnrs]?))",
        r"beide (?:\w+ )?und",
    ),
)
_RUSSIAN_PRONOUNS = _words(
    "он она оно они его её ее ему ей им ими их него неё нее нему ней ним ними них нём нем это этот эта эти этого этой "
    "этому этим этом этих этими эту тот та те того там туда оттуда тогда такой такая такое такие оба обе"
)
RUSSIAN = Language(
    empty=_RUSSIAN_PRONOUNS
    | _words(
        "а без более больше был была были было быть в вам вас во вот все всего всё вы где да даже для до другая "
        "другие других другое другой его если есть еще ещё же за зачем значит и из или именно каждая каждый как какая "
        "какие каким какими каков какова какого какое какой каком какому какую когда кого кому кто куда ли лучше "
        "любая любой между меня мне много может можно мой моя мы на над надо насчет насчёт наш наша не нет ни но ну "
        "нужно о об объясни один от откуда очень по под подробнее пожалуйста пока покажи после потом потому почему "
        "при пример примеры причина причины про произошло происходит просто раз расскажи рассказать с сам самый свои "
        "свой себя сейчас скажи сказал сколько случилось со спасибо стал стала стало так также такое то тоже только "
        "тут ты у уж уже хорошо хотя хочу чего чей чем чему через что чтобы чья"
    ),
    pronouns=_RUSSIAN_PRONOUNS,
    only_last=_words("тот та те того"),
    articles=_words("каждый каждая любой любая этот эта это мой моя наш наша"),
    joining=_words("и или а но когда если потому что чтобы пока хотя"),
    asking=_words("что когда где кто кого кому чем как какой какая какое какие почему зачем куда откуда сколько чей"),
    prepositions=_words("в во на для из с со при у до после от по за под через без между"),
    opening=_opening(
        r"(?:(?:ок|хорошо|ладно|да|ну|а|и|но|или|так|тогда)[\s,]+)*"
        r"(?:(?:как|что) (?:насч[её]т|(?:там )?(?:с|со|по поводу))|что касается|а|и|но|или|ну|тогда|также)"
    ),
    correcting=_opening(r"нет,|не то|(?:нет\W+)?я (?:имел|имела|имею) в виду|я про|я о"),
    defining=_opening(r"(?:что|кто) (?:такое|такой|такая|такие|это|значит|означает)|объясни"),
    impersonal=_any_of(
        r"(?:на|в|во|с|до) (?:этой?|этом|этот|эту|того|той) (?:недел|год|месяц|раз|дн|день|момент|врем)\w*",
        r"(?:тот|та|те|то|того|тем|тех),? (?:кто|котор\w+|что)",
        r"это правда,? что",
        r"так(?:ой|ая|ое|ие) (?:как|же)",
    ),
)
