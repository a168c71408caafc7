//! Who made the commits of a range, under the names that the project's mailmap gives them.

use super::{Repo, git};
use crate::error::Refusal;
use crate::history::Judge;

/// A separator that no name and no address holds.
const BETWEEN: char = '\u{1f}';

/// Author and co-authors of a commit, each as `Name <address>`.
const FORMAT: &str = "--format=%aN <%aE>%x1f\
    %(trailers:key=Co-authored-by,valueonly=true,unfold=true,separator=%x1f)";

impl Repo {
    /// The authors and co-authors of the commits that HEAD has and `since` does not, each name once,
    /// sorted; of the commits that touch `folder` where it is not empty. Bots are left out.
    ///
    /// # Errors
    /// git fails.
    pub fn people(
        &self,
        since: Option<&str>,
        folder: &str,
        judge: &Judge,
    ) -> Result<Vec<String>, Refusal> {
        let Some(head) = self.head.commit() else { return Ok(Vec::new()) };
        let options = ["log", "-z", "--use-mailmap", "--no-color", "--no-show-signature"];
        let mut args: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        args.extend(["--no-notes", "--encoding=UTF-8", FORMAT].map(str::to_owned));
        args.push(head.as_str().to_owned());
        args.extend(since.map(|since| format!("^{since}")));
        args.push("--".to_owned());
        args.extend((!folder.is_empty()).then(|| folder.to_owned()));
        let out = self.git.call(args).read()?;
        let text = String::from_utf8_lossy(&out);
        let (mut authors, mut others) = (Vec::new(), Vec::new());
        for commit in text.split('\0').filter(|commit| !commit.is_empty()) {
            let mut people = commit.split(BETWEEN).map(str::trim).map(str::to_owned);
            authors.extend(people.next());
            others.extend(people.filter(|one| contact(one).is_some()));
        }
        others.sort_unstable();
        others.dedup();
        let others = self.mapped(others)?;
        let people = authors.iter().chain(&others).filter_map(|one| contact(one));
        let people = people.filter(|(name, mail)| !judge.is_bot(name, mail.as_bytes()));
        let mut names: Vec<String> = people.map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable_by_key(|name| (name.to_lowercase(), name.clone()));
        names.dedup();
        Ok(names)
    }

    /// What the mailmap makes of contacts that a message names.
    fn mapped(&self, contacts: Vec<String>) -> Result<Vec<String>, Refusal> {
        if contacts.is_empty() {
            return Ok(contacts);
        }
        let call = self.git.call(["check-mailmap", "--stdin"]);
        Ok(git::lines(&call.input((contacts.join("\n") + "\n").into_bytes()).read()?))
    }
}

/// Name and address of `Name <address>`, on one line.
fn contact(text: &str) -> Option<(&str, &str)> {
    let (name, mail) = text.strip_suffix('>')?.rsplit_once('<')?;
    let name = name.trim();
    let plain = !text.contains(char::is_control);
    (plain && !name.is_empty()).then_some((name, mail))
}
