# Страницы о статьях: сама статья, её текст, списки и файл с полным текстом.

page-previous = ◀ Назад
page-next = Вперёд ▶
page-quote = К цитате
page-start = К началу
page-of = Страница { $page } из { $pages }
part-of = Часть { $page } из { $pages }
list-range = { $first }–{ $last } из { $total }
list-one = { $n } из { $total }

article-number = Статья № { $number }
key-sentences = Главное — словами статьи:
article-link = Ссылка на статью в боте
button-read = Читать здесь
button-ask = О чём она?
button-focus = Искать только в ней
button-share = Поделиться

place-removed = Эту статью удалили.
place-changed = С тех пор эта статья изменилась. Вот она сейчас:

list-empty = Статей не найдено.
source-count = { $count ->
    [one] { $count } источник
    [few] { $count } источника
   *[many] { $count } источников
}
sources-more = … и ещё { $count }
source-unnamed = источник не указан

considered = { $count ->
    [0] Ничего близкого к вопросу не нашлось
    [1] Просмотрен { $count } фрагмент
    [one] Просмотрен { $count } фрагмент, сначала самые близкие
    [few] Просмотрено { $count } фрагмента, сначала самые близкие
   *[many] Просмотрено { $count } фрагментов, сначала самые близкие
}
near-most = очень близко
near-more = близко
near-less = отчасти по теме
near-least = почти не по теме

occurrences = { $count ->
    [one] «{ $query }» — { $count } место в статьях
    [few] «{ $query }» — { $count } места в статьях
   *[many] «{ $query }» — { $count } мест в статьях
}
nowhere = «{ $query }» — в статьях такого нет
nowhere-hint = Именно этих слов в таком порядке нет ни в одной статье. Попробуйте взять меньше слов или задайте вопрос.

document-original = Открыть страницу статьи
document-quotes = Цитаты:
