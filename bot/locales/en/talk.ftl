# Greetings, help, and what is said about the conversation itself.

welcome = I answer questions about articles with exact quotes from them, and say so when they hold no answer.
welcome-ask = Ask in your own words, or tap an example. /help says more.
holdings = I know { $count ->
        [one] { $count } article
       *[other] { $count } articles
    }.
holdings-from = I know { $count ->
        [one] { $count } article
       *[other] { $count } articles
    } from { $names }.
holdings-more = I know { $count ->
        [one] { $count } article
       *[other] { $count } articles
    } from { $names } and { $more } more.
no-articles-in = There are no articles yet in { $directory }. Add some with citegram-ingest PATH ...: files, folders or addresses of web pages. I answer from them within seconds.
example-question = What is “{ $title }” about?
talk-greeting = Hello! Ask me something in plain words, and I answer with exact quotes from the articles.
talk-thanks = You are welcome. Ask whenever you like.

# Asking
no-question = What would you like to know? Write it in the same message, as in: /ask Why was the bridge closed?
too-long = This is too long for a question: { $characters } characters, where I read { $most }. Please send just the question.
late = Sorry for the late answer: I could not answer when you asked.
again = Sent again, as it is not certain that it arrived the first time:
keywords-hint = A whole question often finds more than a word or two.
only-text = I can read only text. Please type your question.
only-caption = I cannot see what you sent; this answers the words under it.
edited = You changed your message. Shall I answer it as it is now?
edited-ask = Answer it
edited-command = You changed a command. To have it carried out, please send it anew.
too-fast = That was faster than I can answer. Please wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    } and send the last question again.
too-fast-press = That was faster than I can answer. Please wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    } and tap again.
too-many = I am still working on { $count } questions of yours. Please send this one again when they are answered.
gave-up = I could not answer a message of yours, even after several attempts. Please ask again in other words.
command-unknown = I do not know that command. Just type your question, or see /help.
command-forwarded = This is a command that you have passed on to me. If you want me to carry it out, please write it yourself.
command-near = I do not know that command. Did you mean /{ $name }?
only-private = Please send me /{ $name } in our private chat, not in a group.
new-done = Done: your next question stands on its own.
stop-done = Stopped.
stop-done-many = Stopped; { $count ->
        [one] { $count } question stays
       *[other] { $count } questions stay
    } unanswered.
stop-nothing = There is nothing to stop: no answer is being worked on.

# Help
help-ask = Type a question in your own words. You get the sentences of the articles that answer it, the most fitting first.
help-quotes = Each quote is copied letter by letter from its article. The title above it opens the article at that place; tap a long quote to unfold it.
help-written = A language model writes the answer above its quotes: [1] names the quote that a sentence rests on, ⚠ a sentence to compare with it.
help-kinds = You can also ask how the sources differ on something, what happened in a month or between two days, or for an article in short.
help-refusal = When the articles do not say, I say so and name the nearest ones.
help-buttons = Context shows what stands around a quote, Sources what else I considered, More the next best quotes. Reply to an answer to go on from it.
help-groups-privacy = In groups I see only commands and replies to my messages: write /ask and your question, or reply to me. Mentions (@{ $name }) reach me only where I am an admin of the group.
help-groups-all = In groups I answer /ask, replies to my messages, and messages that mention @{ $name }; nothing else.

# Commands, as the menu shows them: at most 256 characters
command-ask = ask a question
command-sources = all articles, or search: /sources harbour 2025
command-latest = the newest articles
command-article = one article: /article 17
command-quote = where exact words stand: /quote closed on Monday
command-focus = answers from one article, source or period only: /focus 2025-03
command-unfocus = answers from all articles again
command-new = begin a new conversation
command-stop = stop the answer in hand
command-link = a link that asks a question: /link Why was the bridge closed?
command-settings = language and form of the answers
command-privacy = what is kept about you
command-forget = delete all of your data
command-invite = a link that lets one person in
command-members = who has been let in
command-help = how to ask

# Finding
quote-short = That is too short to look for: please give at least three letters.
quote-usage = Which words? Write them behind the command, as in: /quote closed on Monday morning
article-usage = Which article? Write its number or words of its title, as in: /article 17. /sources lists them all.
article-unknown = There is no article { $number }. /sources lists them all.
found-articles = { $count ->
        [one] { $count } article
       *[other] { $count } articles
    } for “{ $query }”
found-none = No articles for “{ $query }”
found-none-hint = This searches titles, sources, authors and dates. For what stands in the articles, send /quote and the words, or just ask.
latest-articles = The newest articles
sources-search = Search by title, source, author or date: /sources harbour, /sources March 2025
focus-usage = To narrow that down, name an article by its number, a source or a period, as in:
    /focus 17
    /focus Harbour Post
    /focus March 2025
    /focus 2025-03..2025-05
    /unfocus ends it.
focus-none = I answer from all articles.
focus-now = I answer only from: { $focus }
focus-set = From now on I answer only from: { $focus }. /unfocus ends it.
focus-which = Which source do you mean?
focus-unknown = “{ $name }” is neither a source nor a single article. /sources lists them all.
focus-empty = There are no articles from { $focus }, so nothing has changed.
focus-article = “{ $title }”
focus-gone = an article that has been removed
unfocused = I answer from all articles again.
unfocused-already = I answer from all articles already.

# What a button can find
gone-button = This button is too old; please ask again.
gone-answer = The details of this answer are not kept any more; please ask again.
gone-list = This list is not kept any more; please send the command again.
gone-changed = The article has been changed since this answer; ask again for quotes of the new text.
gone-removed = This article has been removed.
more-shown = These quotes are further down already.
no-more = There is no more that fits.
others-button = This button is only for whoever it was offered to.
thanks-rating = Thank you!
ask-reason = What was wrong?
thanks-reason = Thank you, noted.

# Settings, privacy, access
settings = Settings
settings-choose = Language, and how many quotes an answer has at most:
settings-choose-written = In this order: language; how many quotes an answer has at most; whether a language model writes the answer above them; whether you see it while it is being written.
button-written = Written answers
button-quotes-only = Quotes only
button-streamed = Show while writing
button-whole = Show when done
privacy-kept = For { $days ->
        [one] { $days } day
       *[other] { $days } days
    } I keep: your questions and which passages answered them, so that buttons and replies work; your ratings; what you searched for. Until you delete them: your settings and what you focus on.
privacy-not = Your words are in no log, and nothing leaves this server but the messages in this chat.
privacy-not-written = Your words are in no log. To have an answer written, I send your question, those before it and passages of the articles to a language model ({ $name }); never if you choose “Quotes only” in /settings. Nothing else leaves this server but the messages in this chat.
privacy-tokens = How many tokens (pieces of words) the model reads and writes for you is counted per day, under a code in place of your name, and kept for two days; /forget does not reset it. Written answers are kept without your name, for whoever asks the same, until the articles change.
privacy-now = At this moment that is: { $what }.
privacy-nothing = nothing
privacy-forget = /forget deletes all of it at once.
kept-questions = { $count ->
        [one] { $count } question
       *[other] { $count } questions
    }
kept-ratings = { $count ->
        [one] { $count } rating
       *[other] { $count } ratings
    }
kept-searches = { $count ->
        [one] { $count } search
       *[other] { $count } searches
    }
kept-settings = your settings
forget-done = Deleted: { $what }.
forget-nothing = There was nothing of yours to delete.
forget-stays = What stays is your Telegram id in the list of who may use this bot, if you are in it, and the messages in this chat, which you can delete yourself.
forget-count = The count of the model's tokens stays as well, under a code in place of your name, for two days.
stranger = This bot is private. To be let in, ask its operator for an invitation, or send them your Telegram id:
stranger-press = This bot is private. Ask its operator for an invitation.
claimed = You are the admin of this bot. /invite makes links for others.
stranger-unnamed = This bot is private, and you write in the name of a group or channel, so that I cannot tell who you are. Please write to me as yourself.
invited = Welcome! You may use this bot.
only-admins = Only an admin of this bot can do that.
link-usage = Which question? Write it in the same message, as in: /link Why was the bridge closed?
link-made = Whoever opens this link asks me that: { $link }
link-too-long = This is too long for a link, which holds some { $most } letters. Please shorten the question.
link-broken = I could not make sense of that link.
invite-link = This link lets one person in, once, within { $days ->
        [one] { $days } day
       *[other] { $days } days
    }: { $link }
members = { $count ->
        [one] { $count } person has
       *[other] { $count } people have
    } been let in by a link. Tap an id to let them in no longer.
members-none = Nobody has been let in by a link.
members-remove = Remove { $id }
