"""A release that stays on this machine, beside what a person types for the same commit and tag."""

import shlex
from pathlib import Path

from .bumps import IN_MANIFESTS, IN_PAGES, release_repository
from .measure import GONOGO, measure

CRATES = {}

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- By hand.\n"
SECTION = r"s/^## \[Unreleased\]/## [Unreleased]\n\n## [1.3.0] - 2026-01-02/"


def releases(bench, scratch):
    for name, places in (("two", IN_MANIFESTS[:2]), ("many", IN_MANIFESTS + IN_PAGES)):
        folder = Path(scratch) / name
        folder.mkdir()
        releases_of(bench, folder, places)


def releases_of(bench, scratch, places):
    """The edits by hand are made by sed, which a person does not type as fast: they are timed too.

    All work on one repository that is put back to the same commit, so nobody finds anything warmer
    than the others do. By hand there is no gate, no journal, and nothing to undo.
    """
    repository = release_repository(scratch, 50_000, places)
    repository.git("tag", "-d", "v1.2.3")
    repository.write("CHANGELOG.md", CHANGELOG)
    repository.begin("listed")
    repository.git("tag", "-a", "-m", "1.2.3", "v1.2.3")
    repository.write("part0/file0.txt", "more\n")
    repository.begin("listed")
    paths = [*dict.fromkeys(path for path, _ in places), "CHANGELOG.md"]
    files = shlex.join(paths)
    edit = f"sed -i 's/1\\.2\\.3/1.3.0/' {files} && sed -i '{SECTION}' CHANGELOG.md"
    commit = "git commit -q -m 'chore: release 1.3.0' && git tag -a -m 'Release 1.3.0' v1.3.0"
    # git leaves the disk to the kernel unless it is told otherwise; a journal cannot.
    durable = "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.fsync GIT_CONFIG_VALUE_0=all; export " \
              "GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0; "
    by_hand = f"{edit} && git status --short && git add -- {files} && {commit}"
    commands = {
        "by hand": ["sh", "-c", f"{edit} && git add -- {files} && {commit}"],
        "by hand, after a look at git status": ["sh", "-c", by_hand],
        "by hand, synced": ["sh", "-c", durable + by_hand],
        "gonogo bump --commit": [GONOGO, "bump", "minor", "--commit"],
        "gonogo release --no-push": [GONOGO, "release", "minor", "--yes", "--no-push"],
    }
    what = f"{len(places)} places in {len(paths) - 1} of 50,000 files"
    measure(bench, f"{what}: a release", repository,
            {name: (command, "listed") for name, command in commands.items()}, "by hand")


SECTIONS = {"releases": releases}
