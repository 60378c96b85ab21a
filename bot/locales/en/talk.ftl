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
no-articles-in = There are no articles yet in { $directory }. Add some with citegram-ingest PATH ...: files or folders of .txt, .md, .html or .jsonl. I answer from them within seconds.
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
too-fast = That was faster than I can answer. Please wait { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    } and send the last question again.
gave-up = I could not answer a message of yours, even after several attempts. Please ask again in other words.
command-unknown = I do not know that command. Just type your question, or see /help.
command-near = I do not know that command. Did you mean /{ $name }?
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
help-refusal = When the articles do not say, I say so and name the nearest ones.
help-buttons = Context shows what stands around a quote, Sources what else I considered, More the next best quotes. Reply to an answer to go on from it.
help-groups-privacy = In groups I see only commands and replies to my messages: write /ask and your question, or reply to me. Mentions (@{ $name }) reach me only once my privacy mode is off.
help-groups-all = In groups I answer /ask, replies to my messages, and messages that mention @{ $name }; nothing else.

# Commands, as the menu shows them: at most 256 characters
command-ask = ask a question
command-sources = all articles, or search: /sources harbour 2025
command-latest = the newest articles
command-article = one article: /article 17
command-quote = where exact words stand: /quote closed on Monday
command-focus = ask of one article, source or period only: /focus 2025-03
command-unfocus = ask of all articles again
command-new = begin a new conversation
command-stop = stop the answer in hand
command-settings = language and number of quotes
command-privacy = what is kept about you
command-forget = delete all of your data
command-invite = a link that lets one person in
command-members = who has been let in
command-help = how to ask

# Finding
quote-usage = Which words? Write them behind the command, as in: /quote closed on Monday morning
article-usage = Which article? Write its number, as in: /article 17. /sources lists them all.
article-unknown = There is no article { $number }. /sources lists them all.
found-articles = { $count ->
        [one] { $count } article
       *[other] { $count } articles
    } for “{ $query }”
latest-articles = The newest articles
sources-search = Search by title, source, author or date: /sources harbour, /sources 2025-03
focus-usage = Focus on an article, a source or a period: /focus 17, /focus Harbour Post, /focus 2025-03, /focus March 2025. /unfocus ends it.
focus-none = You ask of all articles.
focus-now = You ask only of: { $focus }
focus-set = From now on I answer only from: { $focus }. /unfocus ends it.
focus-which = Which one? { $names }
focus-unknown = There is no source of the name “{ $name }”. /sources lists them all.
focus-gone = an article that is gone
unfocused = You ask of all articles again.
unfocused-already = You ask of all articles already.

# What a button can find
gone-button = This button is too old; please ask again.
gone-answer = The details of this answer are not kept any more; please ask again.
gone-list = This list is not kept any more; please send the command again.
gone-changed = The article has been changed since this answer; ask again for quotes of the new text.
gone-removed = This article has been removed.
no-more = There is no more that fits.
thanks-rating = Thank you!
ask-reason = What was wrong?
thanks-reason = Thank you, noted.

# Settings, privacy, access
settings = Settings
settings-choose = Language, and how many quotes an answer has at most:
privacy-kept = For { $days ->
        [one] { $days } day
       *[other] { $days } days
    } I keep: your questions and which passages answered them, so that buttons and replies work; your ratings; what you searched for. Until you delete them: your settings and what you focus on.
privacy-not = Articles' texts stay with their catalogue. Your words are in no log, and nothing leaves this server but the messages in this chat.
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
stranger = This bot is private. To be let in, ask its operator for an invitation, or send them your Telegram id:
claimed = This bot is yours now: you are its admin. /invite makes links for others.
invited = Welcome! You may use this bot now.
only-admins = Only an admin of this bot can do that.
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
