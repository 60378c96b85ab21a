# Pages about articles: an article, its text, lists, and the file with a whole article.

page-previous = ◀ Back
page-next = Next ▶
page-quote = To the quote
page-start = To the start
page-of = Page { $page } of { $pages }
part-of = Part { $page } of { $pages }
list-range = { $first }–{ $last } of { $total }
list-one = { $n } of { $total }

article-number = Article { $number }
key-sentences = In its own words:
article-link = Link to share
button-read = Read here
button-ask = Ask about it
button-focus = Ask only this one
button-share = Share

place-removed = This article has been removed.
place-changed = This article has changed since. As it is now:

list-empty = No articles found.
source-count = { $count ->
    [one] { $count } source
   *[other] { $count } sources
}
sources-more = … and { $count } more
source-unnamed = no source given

considered = { $count ->
    [0] No passage came near the question
    [one] { $count } passage considered
   *[other] { $count } passages considered, the closest first
}
near-most = very close
near-more = close
near-less = loosely related
near-least = hardly related

occurrences = { $count ->
    [one] “{ $query }” stands in { $count } place
   *[other] “{ $query }” stands in { $count } places
}
nowhere = “{ $query }” stands nowhere in the articles
nowhere-hint = These very words, in this order, are in none of them. Try fewer words, or ask a question.

document-original = Open the original page
document-quotes = Quotes:
