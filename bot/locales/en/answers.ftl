# Answers, refusals and the buttons under them.

untitled = Untitled
continued = { $n }, continued
covered-day = All articles are from { $day }.
covered-period = The articles cover { $first } to { $last }.
date-guessed = about { $day }
on-page = p. { $page }
on-pages = pp. { $first }–{ $last }
no-longer-there = gone from its source since { $day }
articles = { $count ->
    [one] { $count } article
   *[other] { $count } articles
}

not-found = The articles do not say.
nearest = Nearest articles:
no-articles = There are no articles yet. Whoever runs me adds them with citegram-ingest; then ask again.
no-articles-in-focus = There are no articles where you want me to look.
failed = Something went wrong. Please try again in a moment.
unsupported = ⚠ The quotes may not bear this out; please compare.
notice-writer-away = The writing model is unavailable at the moment, so these are the quotes alone.
notice-budget-spent = Today's allowance for written answers is used up, so these are the quotes alone.
notice-unsupported = No written answer passed the check against the articles, so these are the quotes alone.
notice-left-out = Sentences that the quotes do not bear out were left out.
notice-one-source = Only one source writes about this.
notice-outside-period = No article from that time writes about this.
notice-no-such-article = There is no article of that title.
clarify = What do you mean?
clarify-article = Which article do you mean?
only-in = Only in: { $focus }
unfocus = /unfocus – ask all articles

button-context = Context
button-context-n = Context { $n }
button-full-text = Full text
button-full-text-n = Full text { $n }
button-sources = Sources
button-more = More

reason-beside = Not what I asked
reason-incomplete = Something is missing
reason-outdated = Out of date
reason-other = Something else
