"""Every kind of neutral block once, and what people may type to trip a renderer."""

from bot.domain.message import (
    Bars,
    Block,
    Button,
    Buttons,
    Chart,
    Choice,
    ChoiceInput,
    DateInput,
    Divider,
    Heading,
    Link,
    Look,
    Option,
    Quote,
    Rating,
    Series,
    Table,
    Text,
    TextInput,
    TimeInput,
    Tone,
)

LABELS = ("not", "slightly", "partly", "mostly", "very")
POINTS = tuple(Option(str(number), label) for number, label in enumerate(LABELS, 1))
OPTIONS = (Option("ai", "AI"), Option("mate", "A teammate"))
EVERY_BLOCK: tuple[Block, ...] = (
    Heading("How is work?"),
    Text("Fine.", Tone.STRONG),
    Link("Our expectations", "https://intranet.example/ai"),
    Quote("It got easier.", "How is work?"),
    Divider(),
    Buttons((Button("Start", "start", "1", Look.PRIMARY), Button("Not now", "later"))),
    Rating("Is it clear?", "answer", "1:clear", POINTS, "not", "very"),
    Choice("Whom did you ask?", "answer", "1:whom", OPTIONS),
    TextInput("text:work", "In your words", "so far", hint="As much as you like", error="Too long"),
    TextInput("number", "Hours", multiline=False),
    ChoiceInput("when", "When?", OPTIONS, "ai", error="Choose one"),
    DateInput("until", "Until", "2026-03-09", "2026-03-03", hint="A day", error="Not a date"),
    TimeInput("at", "At", "10:00", hint="A time", error="Not a time"),
    Chart(
        "Clarity",
        ("3 Mar", "10 Mar", "17 Mar"),
        (Series("Ana", (2.0, None, 4.0)),),
        1,
        5,
        "2, then 4",
    ),
    Bars("Clear?", ("disagree", "agree"), (25, 75), "disagree 25%, agree 75%"),
    Table("Load", ("Day", "Messages"), (("Monday", "3"), ("Tuesday", "12"))),
)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "<!channel> <@U123> @here",
    "{{ 7*7 }} {% raw %} ${x} {{ x.__class__ }}",
    "\u202eright-to-left\u2066 and zero\u200bwidth\u2060\ufeff",
    "javascript:alert(1)",
    "]]><svg onload=alert(1)>&lt;b&gt;",
    "\x00\x1b[31m\x7f",
]
