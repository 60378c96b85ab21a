"""What dates, numbers, amounts and names are made of, for `answer_spans`. Pure."""

from __future__ import annotations

import re
import unicodedata


def words_in(*lines: str) -> frozenset[str]:
    """Return the words of lines."""
    return frozenset(word for line in lines for word in line.split())


def _set_of(*words: str) -> frozenset[str]:
    """Return words, and each of them as it opens a sentence."""
    plain = words_in(*words)
    return plain | {word[:1].upper() + word[1:] for word in plain}


def _any_of(words: frozenset[str]) -> str:
    """Return an alternation of words, the longer before the shorter."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


MONTHS = _set_of(
    "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul",
    "Aug Sept Sep Oct Nov Dec Januar Jänner Februar März Mai Juni Juli Oktober Dezember января февраля марта апреля",
    "мая июня июля августа сентября октября ноября декабря январь февраль март апрель май июнь июль август сентябрь",
    "октябрь ноябрь декабрь январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре enero",
    "febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre janvier février",
    "mars avril mai juin juillet août septembre octobre novembre décembre janeiro fevereiro março maio junho julho",
    "setembro outubro novembro dezembro gennaio febbraio aprile maggio giugno luglio settembre ottobre novembre",
    "dicembre",
) - {"may", "march", "mar", "dec", "jan"}
WEEKDAYS = words_in(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
    "Sonntag понедельник вторник среду четверг пятницу субботу воскресенье",
)
ORDINALS = _set_of(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth",
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
)
NUMBERS = _set_of(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen",
    "twice thrice дважды трижды zweimal dreimal million billion Million миллион миллиард",
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousands dozen dozens millions",
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn",
    "neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend Dutzend Hunderte "
    "Tausende",
    "два две двух двумя три трёх трех тремя четыре четырёх четырех пять пяти пятью шесть шести семь семи восемь восьми",
    "девять девяти десять десяти одиннадцать двенадцать двенадцати тринадцать четырнадцать пятнадцать шестнадцать",
    "семнадцать восемнадцать девятнадцать двадцать двадцати тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят",
    "девяносто сто двести триста пятьсот тысяча дюжина десятки сотни двое трое четверо пятеро шестеро",
    "dos tres cuatro cinco seis siete ocho nueve diez doce trece catorce quince dieciséis diecisiete dieciocho",
    "diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil cientos miles",
    "deux trois quatre cinq huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante",
    "soixante centaines milliers dois duas três quatro oito nove dez doze treze vinte trinta quarenta cinquenta "
    "oitenta",
    "cem centenas milhares tre quattro cinque sette otto dieci undici dodici tredici quattordici quindici venti trenta",
    "quaranta cinquanta sessanta settanta ottanta novanta cento mille centinaia migliaia",
) - {"Otto", "Elf"}  # a name; a creature
_SCALES = words_in(
    "hundred thousand million billion trillion hundert tausend Tausend Million Millionen Milliarde Milliarden Mio",
    "Mrd тыс млн млрд тысяч тысячи тысячу миллион миллиона миллионов миллионах миллиард миллиарда миллиардов сотен",
    "mil millón millones billones milliers millions milliard milliards milhão milhões bilhão bilhões milioni",
    "miliardi",
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"

_FIGURE = r"(?:\d{1,3}(?:[,.\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
QUANTITY = re.compile(
    rf"(?:{_FIGURE}(?:[-–]\d[\d.,]*\d)?|(?i:{_TENS})-[a-z]+|[^\W\d_]+)"
    rf"(?:[ \u00a0-](?:(?:and )?(?:{_any_of(_SCALES)})\b(?:(?<=Mio|Mrd|тыс|млн)\.)?)+| ?[百千万億亿兆]+多?)*"
)
"""A quantity, matched where its first figure or number word stands."""
ONE = re.compile(r"(?i:\b(?:an?|one|half an?|eine|einer|один|полтора|un|une|uma)) $")
IN_YEAR = re.compile(
    r"(?i:(?:\b(?:in|since|by|of|from|until|to|and|between|before|after|around|circa|year|im|jahr"
    r"|jahre|seit|von|bis|vor|nach|und|в|с|до|к|от|и|en|de|desde|hasta|entre|y|año|del|dans|depuis|em|nel|dal) )"
    r"|[(–—/-] ?|, )$"
)
QUANTITY_IN_HAN = re.compile(
    r"[两二三四五六七八九十百千万亿]+(?=[个名人次家位种座条所支只张年天周])|[二三四五六七八九十百千万]{2,}"
)

_ERA = (
    r"(?:BCE?|B\.C\.(?:E\.)?|AD|A\.D\.|CE|v\. ?Chr\.|n\. ?Chr\.|(?:до[ \u00a0])?н\.[ \u00a0]?э\.?|a\. ?C\.|d\. ?C\."
    r"|av\. J\.-C\.|"
    r"apr?\. J\.-C\.)"
)
_MONTH = _any_of(MONTHS)
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|º|°|\.)?"
_CENTURY = r"(?:century|centuries|millennium)(?: BCE?\b)?"
DATE = (
    re.compile(
        r"\d{1,4} ?年(?: ?\d{1,2} ?月(?: ?\d{1,2} ?[日号])?)?(?!间|間)|\d{1,2} ?月 ?\d{1,2} ?[日号]|\d{2,4} ?年代"
        r"|\d{1,2} ?世[纪紀]"
        rf"|{_DAY}(?:[–-]{_DAY})? (?:of |de |do )?(?:{_MONTH})\b\.?(?:,? (?:de |del )?\d{{4}}(?: года| г\.)?)?"
        rf"|\d{{1,4}}(?:[–-]\d{{1,4}})? {_ERA}"
        r"|1?\d{2,3}0(?:s|’s|'s|ern?(?: Jahren?)?|-[хе](?: год(?:ах|ов|ы|а))?|-ых)(?!\w)"
        rf"|\d{{1,2}}(?:st|nd|rd|th)(?: (?:and|or|to) \d{{1,2}}(?:st|nd|rd|th))?[ -]{_CENTURY}"
        r"|\d{1,4}(?:[–—-]\d{1,4})? (?:году|годах|гг?\.)(?:[ \u00a0](?:до[ \u00a0])?н\.[ \u00a0]?э\.?)?"
        r"|\d{3,4} года\b(?:[ \u00a0](?:до[ \u00a0])?н\.[ \u00a0]?э\.?)?"
        r"|\d{1,2}\. (?:Jahrhunderts?|Jh\.)|\d{1,2}(?:-(?:го|м|й))? (?:век\w*|столети\w+)"
        r"|(?:1\d{3}|20\d{2})(?![\d%]|[.,:]\d|-[^\W\d_]{2})(?: ?[–—-] ?(?:\d{4}|\d{2})(?!\d))?"
        r"(?: (?:года|году|год|годах|годов|г\.|гг\.)(?!\w))?"
        r"|[0-2]?\d:[0-5]\d(?![\d:])(?: ?(?:[ap]m\b|[ap]\.m\.))?|\d{1,2} ?(?:[ap]m\b|[ap]\.m\.)"
    ),
    re.compile(
        rf"(?:{_MONTH})\b\.? {_DAY}(?:[–-]\d{{1,2}})?(?:,? \d{{4}})?(?![\d%]|[.,]\d)|(?:{_MONTH})(?: of| de| del"
        rf"|,)? \d{{4}}\b|(?:{_any_of(WEEKDAYS)})\b|(?:{_any_of(ORDINALS)})[ -]{_CENTURY}|AD \d{{1,4}}\b"
        r"|(?:años|années|anos|anni) ['’]?\d{2,4}\b|(?:siglo|século|secolo) [XVI]+\b"
    ),
)
"""Dates and times that begin with a figure, and those that begin with a word of `HEADS`."""
HEADS = (
    MONTHS
    | WEEKDAYS
    | ORDINALS
    | words_in(
        "AD años années anos anni siglo século secolo",
    )
)
ROMAN_CENTURY = re.compile(r"\b[XVI]+(?:[–—-][XVI]+)?(?:e siècle| (?:век\w*|вв?\.|столети\w+))")
AGO = re.compile(r" (?:years|months|weeks|days|hours) ago\b| (?:Jahren|Monaten|Wochen|Tagen)\b| (?:лет|года|год) назад")

FRACTIONS = _set_of(
    "half thirds third quarters quarter fifth fifths eighth tenth Hälfte Drittel Viertel половина половины половину "
    "треть",
    "трети четверть четверти mitad tercio tercios moitié tiers metade metà",
)
COUNTED = re.compile(
    r"(?i:\b(?:an?|one|two|three|four|five|six|seven|zwei|drei|ein|deux|un|dos|две|три|одна|одну)[- ])$"
)
PERCENT = re.compile(
    r" ?(?:[%％]|percent\b|per cent\b|Prozent\b|процент\w*|por ciento|pour cent|por cento|per cento)"
    r"|(?:[–-]| (?:to|bis|до|a|à|и|and|–|-) )[\d.,]+ ?(?:[%％]|percent\b|per cent\b|Prozent\b|процент\w*)"
)
PERCENT_IN_HAN = re.compile(r"百分之[\d.一二三四五六七八九十百点]+")

CURRENCY = re.compile(r"(?:US|A|C|HK)?[$€£¥₽] ?$")
UNIT = re.compile(r"[ \u00a0-]?(?:half )?((?:sq |square |cubic )?(?:[°º] ?[CFКC]?\b|[^\W\d_]+[²³23]?)|[$€£₽%])")
HAN_UNITS = re.compile(
    r" ?(?:平方)?(?:公里|千米|米|厘米|英里|英尺|公顷|吨|公斤"
    r"|度|美元|英镑|欧元|元|人民币|キロ|メートル|トン|ドル|ユーロ|円|ポンド)"
)
HAN_TIMES = re.compile(r" ?(?:年間|年|个月|周|天|小时|分钟|日間|時間|分間|週間|岁|歳)")
UNITS = words_in(
    "km km² km2 m² m2 m cm mm kg g mg t ft lb lbs mph kW MW GW kWh Hz kHz MHz GHz dB K bar MPa acres acre hectares",
    "ha ° º °C °F kilometres kilometers kilometre kilometer metres meters metre meter centimetres centimeters",
    "millimeters miles mile feet foot inches inch yards yard kilograms grams tonnes tons ton pounds litres liters",
    "gallons barrels degrees Kilometer Kilometern Meter Metern Quadratkilometer Quadratkilometern Quadratmeter",
    "Quadratmetern Hektar Tonnen Kilogramm Gramm Grad Liter Zentimeter Meilen Fuß Pfund км м см мм кг тонн тонны г",
    "га гектаров гектара км² м² километров километра километрах метров метра метрах сантиметров килограммов миль",
    "фут футов градусов градуса литров квадратных kilómetros metros millas pies hectáreas toneladas grados kilos",
    "kilomètres mètres milles tonnes degrés quilômetros quilómetros chilometri metri ettari tonnellate gradi % $ €",
    "£ ₽",
)
MONEY = words_in(
    "dollars dollar euros euro pounds pence cents yen rubles roubles francs marks Dollar Euro Pfund Mark Franken",
    "Rubel долларов доллара доллар евро рублей рубля фунтов франков долл руб dólares libras reales reais dollari",
    "sterline USD EUR GBP",
)
TIMES = words_in(
    "years year months month weeks week days day hours hour minutes minute seconds decades decade centuries",
    "millennia Jahre Jahren Jahr Monate Monaten Monat Wochen Tage Tagen Tag Stunden Stunde Minuten Sekunden",
    "Jahrzehnte лет года год месяцев месяца месяц недель недели неделю дней дня часов часа минут минуты секунд",
    "десятилетий años año meses mes semanas días horas minutos ans mois semaines jours heures minutes anos mês dias",
    "anni mesi giorni ore minuti",
)
AGED = re.compile(r"\baged? \d+\b")


def _letters(kind: str) -> str:
    """Return a character class of the letters of a Unicode category: `re` has none, and is the faster engine here."""
    return "".join(c for c in map(chr, range(0x41, 0x530)) if unicodedata.category(c) == kind)


_UPPER = _letters("Lu")
_PARTICLE = (
    "van der|van den|van de|von der|de la|de los|del|della|de|di|"
    "da|dos|du|van|von|zu|of|the|al|el|bin|ibn|le|la|фон|де|ван|да"
)
_CAPITALISED = rf"(?:[{_UPPER}]\.(?: ?[{_UPPER}]\.)*|(?:[DdLO]['’])?[{_UPPER}][^\W\d_]*(?:[-'’][^\W\d_]+)*)"
NAME = re.compile(
    rf"(?<![\w'’-]){_CAPITALISED}(?:,? (?:Jr|Sr)\.|(?: (?:{_PARTICLE})(?= [{_UPPER}]))?(?:[ \u00a0]"
    rf"|(?<=\.)){_CAPITALISED})*"
)
FIRST_OF_NAME = re.compile(r"[^\W\d_]+")
OPENERS = words_in(
    "a an the in on at by for from with of to and or but as if yesterday today tomorrow when while after before",
    "since during under over his her their its it he she they this that these those there some many most all both",
    "each one two three another other its although because however also then thus so such not no only according",
    "among between through into upon we our i former first second third later early both despite unlike like until",
    "what who why how where which в на по с со к ко из за от до о об у и а но как когда после перед во его её их он",
    "она они это этот эта эти все для при под над кроме однако также затем хотя если один первый der die das ein",
    "eine in im am an auf bei mit von vom zu zum zur nach vor für und oder aber als wenn während er sie es diese",
    "dieser dieses seit unter über durch seine ihre el la los las un una en de del por para con al su sus como",
    "cuando le les des du au aux dans sur pour avec il elle ils elles ce cette se si y",
)
"""Words that stand at the head of a sentence in capitals without being a name."""
NO_NAMES = words_in(
    "i january february march april may june july august september october november december monday tuesday",
    "wednesday thursday friday saturday sunday english french german spanish american british russian european",
    "chinese italian latin greek god",
)
"""Capitalised words that, for themselves, name no one."""
