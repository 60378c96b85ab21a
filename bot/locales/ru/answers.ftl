# Ответы, отказы и кнопки под ними.

untitled = Без названия
continued = { $n }, продолжение
covered-day = Все статьи — за { $day }.
covered-period = Статьи охватывают период: { $first } – { $last }.
date-guessed = предположительно { $day }
on-page = с. { $page }
on-pages = с. { $first }–{ $last }
no-longer-there = нет в источнике с { $day }
articles = { $count ->
    [one] { $count } статья
    [few] { $count } статьи
   *[many] { $count } статей
}

not-found = В статьях нет ответа на этот вопрос.
nearest = Ближе всего по теме:
no-articles = Статей пока нет. Их добавляют командой citegram-ingest там, где запущен бот; после этого спросите ещё раз.
no-articles-in-focus = Там, где вы просили искать, статей нет.
failed = Что-то пошло не так. Попробуйте ещё раз чуть позже.
unsupported = ⚠ Возможно, цитаты этого не подтверждают; сверьтесь с ними.
notice-writer-away = Языковая модель сейчас недоступна, поэтому здесь только цитаты.
notice-budget-spent = Лимит ответов от языковой модели на сегодня исчерпан, поэтому здесь только цитаты.
notice-unsupported = Ответ языковой модели не прошёл сверку со статьями, поэтому здесь только цитаты.
notice-left-out = Предложения, не подтверждённые цитатами, опущены.
notice-one-source = Об этом пишет только один источник.
notice-outside-period = В статьях за это время об этом ничего нет.
notice-no-such-article = Статьи с таким заголовком нет.
clarify = Что вы имеете в виду?
clarify-article = Какую статью вы имеете в виду?
only-in = Ищу только здесь: { $focus }
unfocus = /unfocus — искать во всех статьях

button-context = Контекст
button-context-n = Контекст { $n }
button-full-text = Полный текст
button-full-text-n = Полный текст { $n }
button-sources = Источники
button-more = Ещё

reason-beside = Не по вопросу
reason-incomplete = Не хватает важного
reason-outdated = Устарело
reason-other = Другое
