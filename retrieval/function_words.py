"""Words that ask or join and say nothing of the matter, by language: they tell the language of a question, and no more."""

from __future__ import annotations

import unicodedata

import regex

# Written for questions: what asks, articles, pronouns, prepositions, conjunctions, auxiliaries, "says", "many". Lists that
# packages ship (stopwords-iso, stop-words) also hold "war", "Москва", "water" or "Gott", which articles are about.
_LISTS = {
    "af": "die dit 'n is was wat wie waar wanneer hoekom hoe het van vir met nie en of aan op om te deur in "
    "uit sy haar hulle ons jy ek watter hoeveel word dat as na by sal kan",
    "ar": "من ما ماذا متى أين كيف لماذا هل كم أي أية الذي التي الذين في على إلى عن مع هذا هذه ذلك تلك هو هي "
    "هم كان كانت يكون أن إن أو و ثم قد لا لم لن ليس بعد قبل عند عندما بين حتى منذ كل بعض غير تم به بها له لها "
    "فيه فيها منه منها عليه",
    "bg": "кой коя кое кои какво какъв каква какви кога къде как защо колко ли е са беше бяха бил била било "
    "се си на в във от за с със по до при през след преди и или но да не че като който която което които този "
    "тази това тези той тя то те му ѝ им го я ги ще има",
    "bn": "কে কী কি কখন কোথায় কেন কিভাবে কীভাবে কত কোন কোনটি কার কাকে এবং ও বা কিন্তু না নয় হয় হয়েছিল ছিল "
    "ছিলেন করে করেন করা থেকে জন্য সঙ্গে সাথে এই সেই তিনি তার তাঁর তারা এর একটি একজন যে যা যিনি",
    "ca": "el la els les un una uns unes de del dels al als a en amb per qui què quin quina quins quines quan "
    "on com quant quants quantes perquè i o però que no es s'ha ha han va van era eren ser és són seu seva "
    "aquest aquesta hi",
    "cs": "kdo co kdy kde kam odkud jak proč kolik který která které kteří jaký jaká jaké čí čeho čemu čem "
    "koho komu kým a i nebo ale že je jsou byl byla bylo byli byly být se si na v ve z ze do od k ke s za pro "
    "po o u při před podle ten ta to ti ty této tento tato jeho její jejich on ona oni ne není má mají aby "
    "jako",
    "da": "hvem hvad hvor hvornår hvorfor hvordan hvilken hvilket hvilke hvis en et den det de der som er var "
    "blev har havde kan skal vil i på af til fra med for om ved og eller men ikke at han hun ham hende hans "
    "hendes sig sin sit sine deres mange meget denne dette disse efter",
    "de": "aber als am an auch auf aus bei bis da dann das dass dem den der des die dies diese diesem diesen "
    "dieser dieses du durch ein eine einem einen einer eines er es für gab gibt hat hatte hatten haben heißt "
    "ich ihm ihn ihr ihre ihrem ihren ihrer im in ist ja kann können konnte mit nach nicht ob oder sagt sagte "
    "sein seine seinem seinen seiner sich sie sind so soll um und uns unter vom von vor wann war waren warum "
    "was wegen weil welche welchem welchen welcher welches wem wen wenn wer werden wessen wie wieso weshalb "
    "wird wo wofür wodurch womit woher wohin worden wovon wozu wurde wurden viel viele vielen zu zum zur über",
    "el": "ποιος ποια ποιο ποιοι ποιες ποιον ποιου ποιων τι πότε πού που πώς πως γιατί πόσο πόσα πόσοι πόσες "
    "ο η το οι τα του της των τον την τους τις στο στη στην στον στους στις σε από για με και ή αλλά ότι να "
    "θα δεν μη είναι ήταν έχει έχουν είχε ένας μια μία ένα αυτό αυτή αυτός αυτά κατά μετά πριν ως",
    "en": "a about an and any are as at be been being but by can could did do does for from had has have he "
    "her him his how i if in into is it its me my of on or our she should so some tell than that the their "
    "them then there these they this those to was we were what when where which while who whom whose why will "
    "with would you your say says said according many much",
    "es": "a al ante como cómo con cuando cuándo cual cuál cuales cuáles cuanto cuánta cuántas cuánto cuántos "
    "de del desde donde dónde e el él ella ellos en entre era eran es esa ese eso esta está están estas este "
    "esto fue fueron ha había han hasta hay la las le les lo los más no o para pero por porque que qué quien "
    "quién quienes quiénes se ser si sido sin sobre son su sus tiene un una unas unos y dice",
    "et": "kes mis millal kus kuhu kust miks kuidas mitu kui palju milline millise milles mida kelle keda ja "
    "või aga et ei on oli olid olema see selle need ta tema nad nende oma ka kas ning juures",
    "eu": "nor nork noren zer zerk noiz non nora nondik zergatik nola zenbat zein eta edo baina da dira zen "
    "ziren izan du zuen dute ez ere bat hau hori",
    "fa": "چه چی کی کجا چرا چگونه چطور چند کدام کدامین آیا که را از به در با برای تا بر و یا اما این آن او "
    "آنها است بود بودند شد شده شدند هست هستند می نمی خود هر یک نیز چقدر کسی",
    "fi": "kuka ketkä kenen kenet ketä mikä mitkä mitä minkä missä mistä mihin milloin miksi miten kuinka "
    "monta paljon millainen kumpi on ovat oli olivat ole olla ollut ja tai mutta että ei eivät hän hänen he "
    "heidän se sen ne niiden tämä tämän nämä joka jonka jotka kun jos myös kuin",
    "fr": "à au aux avec ce ces cet cette combien comment dans de des depuis du elle elles en entre est et "
    "été était étaient eu fait fut furent il ils je la le les leur leurs lors lui mais même ne nous on ont où "
    "ou par pas pendant pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa se selon ses si "
    "son sont sur un une vers vous y a avait",
    "ga": "cé cad céard cathain cá conas cén mar fáth an na agus nó ach is bhí tá raibh go ar ag i sa do de "
    "le ó faoi sé sí siad a",
    "he": "מי מה מתי איפה היכן לאן מאין למה מדוע איך כיצד כמה איזה איזו אילו האם של את על אל עם בין לפני אחרי "
    "כי אם או גם לא אין יש היה היתה הייתה היו הוא היא הם הן זה זו זאת אלה אשר ידי לפי",
    "hi": "कौन क्या कब कहाँ कहां क्यों कैसे कितना कितने कितनी किस किसने किसे किसको किसका किसकी किसके कौनसा "
    "कौनसी का की के को में से पर ने और या लेकिन नहीं है हैं था थी थे हो हुआ हुई हुए यह वह ये वे इस उस इन उन "
    "इसके उसके उनके एक लिए तक भी कि जो गया गई गए करता करते किया द्वारा",
    "hr": "tko što kada kad gdje kamo odakle zašto kako koliko koji koja koje kojeg kojem kojoj čiji čega "
    "čemu i ili ali da je su bio bila bilo bili se u na iz od do za s sa po o pri prema nakon prije ne nije "
    "taj ta to ovaj ova ovo on ona oni njegov li kao",
    "hu": "ki kik kit kinek mi mit mikor hol hova hová honnan miért hogyan hogy mennyi hány melyik milyen "
    "mely kié a az egy és vagy de nem is volt voltak van vannak lett ez azt ezt ő ők meg el be után előtt "
    "szerint által között aki ami amely",
    "hy": "ով ինչ երբ որտեղ ինչու ինչպես քանի որ որը ում է են էր էին և ու կամ բայց ոչ մեջ մասին համար հետ այս "
    "այն նա նրա նրանք",
    "id": "siapa apa apakah kapan di mana dimana ke dari mengapa kenapa bagaimana berapa yang dan atau tetapi "
    "tidak bukan adalah ada itu ini oleh untuk dengan pada dalam sebagai telah sudah akan ia dia mereka nya "
    "para sebuah seorang saat",
    "is": "hver hvað hvenær hvar hvert hvaðan hvers hvernig hve hvaða og eða en að er var voru eru í á af til "
    "frá með um við ekki hann hún það þeir þær sem",
    "it": "a ad al alla alle ai agli allo che chi ci come con cosa cui da dal dalla dalle dei degli del della "
    "delle dello di dove e ed era erano è fu furono gli ha hanno i il in la le lo loro ma nel nella nelle nei "
    "non o per perché più quale quali quando quanta quante quanti quanto quel quella questa questo qual se si "
    "sono stata stati stato su sul sulla suo sua suoi un una uno",
    "ja": "何 いつ どこ どの どんな どれ どう どのように なぜ 誰 だれ いくつ いくら どちら 何人 何年 何時 "
    "です でした ですか ますか ましたか でしょうか とは という それ これ その この",
    "ko": "누가 누구 누구의 누구를 누구인가 무엇 무엇을 무엇이 무엇인가 무엇인가요 언제 언제인가 어디 어디에 "
    "어디에서 어디서 어디인가 왜 어떻게 어떤 어느 몇 얼마 얼마나 그 이 저 및 또는 그리고 의 은 는 을 를 에 "
    "에서 있는 있나요 있습니까 했나요 했습니까 입니까 인가요 되었나요",
    "lt": "kas ką kam ko kuo kada kur kodėl kaip kiek kuris kuri kurie kurios koks kokia kokie ir ar arba bet "
    "kad yra buvo būti ne į iš su už per prie po apie nuo iki tai tas ta šis ši jis ji jie jos jo savo",
    "lv": "kas ko kam kad kur kāpēc kā cik kurš kura kuri kāds kāda kādi un vai bet ka ir bija būt nav ne uz "
    "no ar par pie pēc līdz tas tā šis šī viņš viņa viņi savu",
    "mk": "кој која кое кои што кога каде како зошто колку и или но дека е се беше биле бил била во на од за "
    "со по до при го ја ги не тој таа тоа тие овој оваа",
    "ms": "siapa apa apakah bila bilakah di mana ke dari mengapa kenapa bagaimana berapa yang dan atau tetapi "
    "tidak bukan ialah adalah itu ini oleh untuk dengan pada dalam telah akan dia mereka",
    "nl": "wie wat waar wanneer waarom hoe hoeveel welk welke wiens de het een en of maar dat die dit deze is "
    "was waren werd werden wordt worden zijn heeft hebben had hadden kan in op van te aan bij met voor door "
    "uit over naar om tot niet er ze zij hij hem haar hun als ook na veel volgens",
    "no": "hvem hva hvor når hvorfor hvordan hvilken hvilket hvilke en et ei den det de der som er var ble "
    "har hadde kan skal vil i på av til fra med for om ved og eller men ikke at han hun ham henne hans hennes "
    "seg sin sitt sine deres mange mye denne dette disse etter",
    "pl": "kto co kiedy gdzie dokąd skąd dlaczego czemu jak ile ilu który która które którzy którego której "
    "których jaki jaka jakie jakim jakiej czyj czego komu kogo czym kim i a oraz lub albo ale że czy jest są "
    "był była było byli były być się na w we z ze do od dla za po o u przy przez przed podczas ten ta to te "
    "tego tej tym on ona oni jego jej ich nie ma",
    "pt": "a à ao aos as às com como da das de do dos e é ela ele eles em era eram essa esse esta este está "
    "foi foram há isso já mais mas na nas não no nos o onde os ou para pela pelas pelo pelos por porque "
    "porquê qual quais quando quanta quantas quanto quantos que quê quem se sem ser seu seus são sobre sua "
    "suas tem um uma",
    "ro": "cine ce când unde cum de cât câte câți câtă care căruia cărei cui pe cu la din în într pentru prin "
    "despre și sau dar că să nu este sunt era erau fost a au fi un o al ai ale lui ei lor acest această "
    "acesta se si in",
    "ru": "а без более был была были было быть в вам вас во вот все всё вы где да для до его ее её если есть "
    "ещё еще же за зачем и из или им их к как какая какие каким какими каких каков какова какого какое какой "
    "каком какому какую когда кого кому кем ком кто куда ли мне мы на над не него нее неё ней нет ни но ну о "
    "об он она они оно от откуда по под после почему при про с сколько скольких со согласно так также там то "
    "тоже только тот ту ты у уже чего чей чем чему чём через что чтобы чья чьи эта эти это этого этой этот "
    "этом",
    "sk": "kto čo kedy kde kam odkiaľ ako prečo koľko ktorý ktorá ktoré ktorí aký aká aké čí čoho čomu koho "
    "komu kým a aj alebo ale že je sú bol bola bolo boli byť sa si na v vo z zo do od k ku s so za pre po o u "
    "pri pred podľa ten tá to ti tento táto jeho jej ich on ona oni nie má",
    "sl": "kdo kaj kdaj kje kam od kod zakaj kako koliko kateri katera katero katere čigav česa čemu in ali "
    "pa da je so bil bila bilo bili se v na iz z s za po o pri pred ne ni ta to ti on ona oni njegov ki kot",
    "sq": "kush çfarë cili cila cilët kur ku pse si sa çka i e të në me nga për dhe ose por që është janë "
    "ishte ishin një nuk ky kjo ai ajo ata tij saj",
    "sr": "ко шта када кад где куда одакле зашто како колико који која које којег чији чега чему и или али да "
    "је су био била било били се у на из од до за с са по о при према после пре не није тај та то овај ова "
    "ово он она они ли као ko šta kada kad gde kuda odakle zašto kako koliko koji koja koje i ili ali je su "
    "bio bila se u na iz od za sa po ne li",
    "sv": "vem vilka vilken vilket vad var vart varifrån när varför hur vems många mycket en ett den det de "
    "dem som är blev har hade kan ska skall i på av till från med för om vid och eller men inte att han hon "
    "honom henne hans hennes sig sin sitt sina deras denna detta dessa efter",
    "sw": "nani nini lini wapi kwa vipi jinsi gani ngapi ni na ya wa la za cha vya katika au lakini kuwa "
    "alikuwa yake wake hii hiyo huyo ambaye",
    "ta": "யார் என்ன எப்போது எங்கே எங்கு ஏன் எப்படி எத்தனை எவ்வளவு எந்த எது யாருடைய மற்றும் அல்லது ஆனால் "
    "இல்லை ஆகும் இருந்தது இந்த அந்த அவர் அவள் அவன் அது இது அவர்கள் ஒரு என்று",
    "th": "ใคร อะไร เมื่อไหร่ เมื่อไร เมื่อใด ที่ไหน ทำไม อย่างไร เท่าไหร่ เท่าไร เท่าใด กี่ ไหน ใด หรือไม่",
    "tl": "sino ano kailan saan bakit paano ilan alin kanino ang ng sa mga si ni kay at o ngunit na ay hindi "
    "ito iyon siya sila niya nila para",
    "tr": "kim kime kimi kimin kimler ne neyi neden niçin niye nasıl nerede nereye nereden kaç hangi hangisi "
    "ve veya ya da ile ama fakat bir bu şu o için gibi kadar göre sonra önce mi mı mu mü dır dir idi oldu "
    "olan olarak değil var ki onun onlar kaçıncı",
    "uk": "хто що коли де куди звідки чому навіщо як скільки який яка яке які якого якої яким якій чий чия "
    "чиє кого кому ким чого чим і й та або але чи є був була було були бути у в на з із зі до від для за по "
    "про при через після перед цей ця це ці той він вона воно вони його її їх не",
    "ur": "کون کیا کب کہاں کیوں کیسے کتنا کتنے کتنی کس کسے کسی کونسا کونسی کا کی کے کو میں سے پر نے اور یا "
    "لیکن نہیں ہے ہیں تھا تھی تھے ہو ہوا ہوئی ہوئے یہ وہ اس ان ایک لیے تک بھی کہ جو گیا گئی گئے",
    "vi": "ai gì khi nào đâu ở tại sao vì thế bao nhiêu mấy là và hoặc hay nhưng không có của cho với trong "
    "ngoài từ đến về này đó kia ấy ông bà anh chị họ nó được bị đã đang sẽ những các một cái con người như "
    "theo",
    "zh": "谁 誰 什么 甚麼 什麼 何时 何時 何地 哪里 哪裡 哪儿 哪个 哪個 哪些 哪一 哪 为什么 為什麼 为何 為何 "
    "怎么 怎麼 怎样 怎樣 如何 多少 几个 吗 嗎 呢",
}  # fmt: skip

FUNCTION_WORDS = {
    language: frozenset(unicodedata.normalize("NFKC", words).casefold().split()) for language, words in _LISTS.items()
}
"""By BCP 47 primary subtag, as NFKC and casefolding make them; those of `ja`, `th` and `zh` are parts of runs."""

_IN_RUNS = {
    language: regex.compile("|".join(sorted(map(regex.escape, FUNCTION_WORDS[language]), key=len, reverse=True)))
    for language in ("ja", "th", "zh")
}


def without_function_words(run: str, language: str) -> list[str]:
    """Return what is left of a run written without spaces when the function words of its language part it.

    Single characters that they leave over are left out: no article has them as a term.
    """
    pattern = _IN_RUNS.get(language)
    if pattern is None or not pattern.search(run):
        return [run]
    return [part for part in pattern.split(run) if len(part) > 1]
