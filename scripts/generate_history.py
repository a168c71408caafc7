"""Writes a big history as a stream for `git fast-import`; the same seed makes the same commits.

    python3 scripts/generate_history.py COMMITS [TAGS] | git fast-import --quiet

About every twelfth commit is a merge of a branch of one to six commits, some of them release tags'
commits too. A fifth of the subjects is not conventional; the others have scopes, `!`, bodies, footers,
reverts, squash lists, letters from many alphabets, and pull request numbers.
"""

import random
import sys

TYPES = ["feat", "fix", "docs", "chore", "refactor", "perf", "test", "ci", "build", "style", "Feat",
         "security"]
WEIGHTS = [20, 28, 12, 14, 8, 3, 5, 4, 3, 1, 1, 1]
SCOPES = ["core", "cli", "api", "parser", "deps", "ui", "auth", "größe", "日本"]
WORDS = ("add remove handle cache index release parser option default error message file path "
         "naïve Übergabe 版本 ошибка emoji🎉 `code` <tag> # * _x_ timeout retry socket buffer "
         "signature migration plan journal undo table lock").split()
LOOSE = ["Update README", "wip", "Bump version", "typo", "Merge stuff", "Fix: [GH-12] it", "more",
         "Revert things", "address review comments"]
BODY = ("This is what changed and why it had to. " * 3 + "\n").encode()


def sentence(rng):
    return " ".join(rng.choices(WORDS, k=rng.randint(3, 9)))


def message(rng, number):
    """A message as people write them."""
    if rng.random() < 0.2:
        subject = f"{rng.choice(LOOSE)} {sentence(rng)}"
    else:
        kind = rng.choices(TYPES, WEIGHTS)[0]
        scope = f"({rng.choice(SCOPES)})" if rng.random() < 0.45 else ""
        mark = "!" if rng.random() < 0.01 else ""
        subject = f"{kind}{scope}{mark}: {sentence(rng)}"
    if rng.random() < 0.4:
        subject += f" (#{number})"
    text = subject.encode() + b"\n"
    chance = rng.random()
    if chance < 0.35:
        text += b"\n" + BODY * rng.randint(1, 3)
    elif chance < 0.37:
        text += b"\n* feat: one of a squash\n* fix(core): another\n* wip\n"
    if rng.random() < 0.15:
        text += b"\nRefs: #12\nSigned-off-by: A <a@example.com>\n"
    if rng.random() < 0.005:
        text += b"\nBREAKING CHANGE: the old way is gone\n"
    return text if rng.random() > 0.001 else text + b"latin1 \xe9\xff\n"


def generate(commits, tags, out):
    rng = random.Random(20260102)
    every = max(1, commits // tags)
    date, made, tip, released = 1_000_000_000, 0, None, 0

    def commit(text, parents):
        nonlocal date, made
        date += rng.randint(30, 600)
        made += 1
        person = rng.randint(1, 300)
        name = "dependabot[bot]" if person > 295 else f"Dévi {person}"
        out.write(b"commit refs/heads/main\nmark :%d\n" % made)
        who = f"{name} <p{person}@example.com> {date} +0000".encode()
        out.write(b"author %s\ncommitter %s\ndata %d\n%s" % (who, who, len(text), text))
        for keyword, parent in zip(["from"] + ["merge"] * 9, parents):
            out.write(f"{keyword} :{parent}\n".encode())
        # Two files of 60 packages, so that paths can be asked for.
        place = rng.randint(0, 59)
        for name in ("a", "b")[:rng.randint(1, 2)]:
            out.write(b"M 100644 inline p%d/%s\ndata <<E\n%d\nE\n" % (place, name.encode(), made))
        out.write(b"\n")
        return made

    out.write(b"reset refs/heads/main\n")
    tip = commit(b"feat: begin\n", [])
    while made < commits:
        if rng.random() < 0.08 and commits - made > 8:
            branch = tip
            for _ in range(rng.randint(1, 6)):
                branch = commit(message(rng, made), [branch])
            if rng.random() < 0.5:
                tip = commit(message(rng, made), [tip])
            title = f"Merge pull request #{made} from acme/topic-{made}\n\n{sentence(rng)}\n"
            tip = commit(title.encode(), [tip, branch])
        else:
            tip = commit(message(rng, made), [tip])
        # The newest release has commits after it.
        if made >= (released + 1) * every and made < commits - 40:
            released += 1
            tag = f"v{released // 100}.{released // 10 % 10}.{released % 10}"
            text = f"Release {tag}\n".encode()
            out.write(f"tag {tag}\nfrom :{tip}\ntagger R <r@example.com> {date} +0000\n".encode())
            out.write(b"data %d\n%s\n" % (len(text), text))
    out.write(b"done\n")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    generate(numbers[0], numbers[1] if len(numbers) > 1 else 1000, sys.stdout.buffer)
