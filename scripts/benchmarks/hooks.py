"""Each hook in a big repository, beside the cheapest question about the index."""

from pathlib import Path

from .bumps import IN_MANIFESTS, IN_PAGES, release_repository
from .measure import GONOGO, measure

CRATES = {}


def hooks(bench, scratch):
    for name, places in (("two", IN_MANIFESTS[:2]), ("many", IN_MANIFESTS + IN_PAGES)):
        folder = Path(scratch) / name
        folder.mkdir()
        hooks_of(bench, folder, places)


def hooks_of(bench, scratch, places):
    repository = release_repository(scratch, 50_000, places)
    repository.git("tag", "-a", "-f", "-m", "x", "v1.2.3")
    repository.write(".git/MESSAGE", "feat: x\n")
    tag = repository.git("rev-parse", "v1.2.3").strip()
    repository.write(".git/PUSHED", f"refs/tags/v1.2.3 {tag} refs/tags/v1.2.3 {'0' * 40}\n")
    names = ["check-version-sync", "check-changelog", "check-release-config",
             "no-release-branch-commit"]
    asks = {name: [GONOGO, "hook", name] for name in names}
    asks["check-commit-msg"] = [GONOGO, "hook", "check-commit-msg", ".git/MESSAGE"]
    asks["check-release-tag"] = ["sh", "-c", '"$0" hook check-release-tag < .git/PUSHED', GONOGO]
    asks["git diff --cached --quiet"] = ["git", "diff", "--cached", "--quiet"]
    paths = dict.fromkeys(path for path, _ in places)
    measure(bench, f"Hooks, {len(places)} places in {len(paths)} of 50,000 files", repository,
            {name: (command, "listed") for name, command in asks.items()},
            "git diff --cached --quiet")


SECTIONS = {"hooks": hooks}
