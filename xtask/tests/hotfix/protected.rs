//! Branches that take pull requests only.

use super::support::works;
use super::{FIX, ahead, bot, finishes, fixed, id, is_merge, project, says, tip};

#[test]
fn a_protected_branch_is_offered_the_merge() {
    for (name, protected) in [("main", "main"), ("develop", "develop")] {
        let toml = format!("[branches]\ndevelop = \"develop\"\nprotected = [\"{protected}\"]\n");
        let (place, remote) = project(&format!("offered-{name}"), &toml);
        ahead(&place, "develop", "1.3.0-alpha.1");
        bot(&place, "later.txt");
        remote.protect(&format!("refs/heads/{protected}"));
        let before = ["main", "develop"].map(|branch| tip(&remote, branch));
        fixed(&place, "1.2.1", "v1.2.0", FIX);
        finishes(&place, &[]);
        let tagged = remote.id("refs/tags/v1.2.1^{commit}").expect("the tag");
        let merges = [("main", "1.2.1", &before[0]), ("develop", "1.3.0-alpha.1", &before[1])];
        for (branch, version, old) in merges {
            let offered = branch == protected;
            let on = match offered {
                true => format!("backmerge/v1.2.1-into-{branch}"),
                false => branch.to_owned(),
            };
            let at = tip(&remote, &on);
            let message = format!("Merge branch 'hotfix/v1.2.1' into {branch}");
            is_merge(&place, &at, [old, &tagged], &message);
            says(&place, &at, version);
            assert_eq!(tip(&remote, branch) == *old, offered, "{branch}");
            assert_eq!(id(&place, branch) == *old, offered, "{branch}");
        }
        assert_eq!(remote.id("refs/heads/hotfix/v1.2.1"), None);
        assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
        assert_eq!(place.git(&["branch", "--list", "backmerge/*"]), "");
        // It waits, and is not offered twice.
        assert!(finishes(&place, &["1.2.1"]).out.contains("nothing to do"));
    }
}

#[test]
fn the_merge_of_a_pull_request_gets_the_tag() {
    for squash in [false, true] {
        let toml = "[branches]\ndevelop = \"develop\"\nprotected = [\"main\"]\n\
            [hotfix]\ntag_on = \"merge\"\n";
        let (place, remote) = project(&format!("request-{squash}"), toml);
        ahead(&place, "develop", "1.3.0-alpha.1");
        fixed(&place, "1.2.1", "v1.2.0", FIX);
        let said = finishes(&place, &[]);
        assert!(said.out.ends_with("on any machine: gonogo hotfix finish\n"), "{said}");
        assert_eq!(remote.id("refs/tags/v1.2.1"), None);
        says(&place, &tip(&remote, "hotfix/v1.2.1"), "1.2.1");
        place.gonogo(&["hotfix", "finish", "--yes"]).refused(3, &["has not landed in main"]);
        let other = place.at(place.root.join("other"));
        place.at(&place.root).git(&["clone", "-q", remote.url(), "other"]);
        bot(&other, "before.txt");
        match squash {
            true => {
                other.git(&["merge", "-q", "--squash", "origin/hotfix/v1.2.1"]);
                other.git(&["commit", "-q", "-m", "Hotfix 1.2.1 (#7)"]);
            }
            false => {
                drop(other.git(&["merge", "-q", "--no-ff", "-m", "M", "origin/hotfix/v1.2.1"]));
            }
        }
        let landed = id(&other, "HEAD");
        other.git(&["push", "-q"]);
        bot(&other, "after.txt");
        let said = works(&place, &["hotfix", "finish", "--yes"]);
        assert!(said.out.contains("hotfix/v1.2.1 landed in main as"), "{said}");
        assert_eq!(remote.id("refs/tags/v1.2.1^{commit}"), Some(landed.clone()));
        assert_eq!(id(&place, &format!("{}^2", tip(&remote, "develop"))), landed);
        says(&place, &tip(&remote, "develop"), "1.3.0-alpha.1");
        assert_eq!(remote.id("refs/heads/hotfix/v1.2.1"), None);
    }
}
