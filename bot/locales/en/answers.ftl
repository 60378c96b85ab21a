# Answers, refusals and the buttons under them.

untitled = Untitled
continued = { $n }, continued
covered-day = All articles are from { $day }.
covered-period = The articles cover { $first } to { $last }.
articles = { $count ->
    [one] { $count } article
   *[other] { $count } articles
}

not-found = The articles do not say.
nearest = Nearest articles:
no-articles = There are no articles yet. Whoever runs me adds them with citegram-ingest; then ask again.
no-articles-in-focus = There are no articles where you want me to look.
failed = Something went wrong. Please try again in a moment.
unsupported = ⚠ The quotes do not confirm this sentence.
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
