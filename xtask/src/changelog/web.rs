//! The pages of a repository on the site that hosts it.

/// The address of a repository's page from that of its remote, without credentials and without
/// `.git`: `git@github.com:acme/studio.git` is `https://github.com/acme/studio`. `None` for a path
/// and for what no browser could open.
pub fn page(remote: &str) -> Option<String> {
    let (scheme, rest) = match remote.split_once("://") {
        Some((scheme @ ("https" | "http"), rest)) => (scheme, rest),
        Some(("ssh" | "git" | "git+ssh" | "ssh+git", rest)) => ("https", rest),
        Some(_) => return None,
        // As git reads it: a colon in front of the first slash is behind a host.
        None => return scp(remote),
    };
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    // The port of a web server is part of its address, that of an ssh server is not.
    let own = remote.starts_with("http");
    let host = if own { host } else { host.split(':').next().unwrap_or_default() };
    address(scheme, host, path)
}

fn scp(remote: &str) -> Option<String> {
    let (host, path) = remote.split_once(':')?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    // One letter is a drive, a slash is a path; a host has a dot.
    let is_host = !host.contains('/') && host.contains('.') && !path.starts_with("//");
    if is_host { address("https", host, path) } else { None }
}

fn address(scheme: &str, host: &str, path: &str) -> Option<String> {
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:%+".contains(c);
    let whole = !host.is_empty() && !path.is_empty() && !host.starts_with('-');
    let page = format!("{scheme}://{host}/{path}");
    (whole && host.chars().chain(path.chars()).all(plain)).then_some(page)
}

/// How a site names what it shows of a repository.
enum Style {
    /// GitHub, Gitea and Forgejo (Codeberg).
    Plain,
    GitLab,
    Bitbucket,
}

fn style(page: &str) -> Style {
    let host = page.split("://").last().unwrap_or(page).split('/').next().unwrap_or_default();
    if host == "bitbucket.org" {
        Style::Bitbucket
    } else if host.split('.').any(|part| part == "gitlab") {
        Style::GitLab
    } else {
        Style::Plain
    }
}

/// The page that compares two tags, branches or commits.
pub fn comparison(page: &str, from: &str, to: &str) -> String {
    match style(page) {
        Style::Plain => format!("{page}/compare/{from}...{to}"),
        Style::GitLab => format!("{page}/-/compare/{from}...{to}"),
        // The newer one comes first.
        Style::Bitbucket => format!("{page}/branches/compare/{to}%0D{from}"),
    }
}

/// The page of a tag.
pub fn tag(page: &str, tag: &str) -> String {
    match style(page) {
        Style::Plain => format!("{page}/releases/tag/{tag}"),
        Style::GitLab => format!("{page}/-/tags/{tag}"),
        Style::Bitbucket => format!("{page}/src/{tag}"),
    }
}

/// The page that opens a pull request of a branch into another.
pub fn pull_request(page: &str, branch: &str, into: &str) -> String {
    let (branch, into) = (encoded(branch), encoded(into));
    match style(page) {
        // Gitea and Forgejo open it below the comparison and do not mind the question.
        Style::Plain => format!("{page}/compare/{into}...{branch}?expand=1"),
        Style::GitLab => format!(
            "{page}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}\
             &merge_request%5Btarget_branch%5D={into}"
        ),
        Style::Bitbucket => format!("{page}/pull-requests/new?source={branch}&dest={into}"),
    }
}

/// The page that shows what CI is doing.
pub fn ci(page: &str) -> String {
    match style(page) {
        Style::Plain => format!("{page}/actions"),
        Style::GitLab => format!("{page}/-/pipelines"),
        Style::Bitbucket => format!("{page}/pipelines"),
    }
}

/// The name of a branch as a part of an address (RFC 3986, "Percent-Encoding").
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let letter = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    name.bytes().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_has_a_page_without_its_credentials() {
        for (remote, expected) in [
            ("https://github.com/acme/studio.git", Some("https://github.com/acme/studio")),
            ("https://github.com/acme/studio", Some("https://github.com/acme/studio")),
            ("https://github.com/acme/studio/", Some("https://github.com/acme/studio")),
            ("https://ada:secret@github.com/acme/studio", Some("https://github.com/acme/studio")),
            ("https://token@example.com:8443/a/b.git", Some("https://example.com:8443/a/b")),
            ("http://git.example.com/a/b", Some("http://git.example.com/a/b")),
            ("git@github.com:acme/studio.git", Some("https://github.com/acme/studio")),
            ("gitlab.com:group/sub/studio.git", Some("https://gitlab.com/group/sub/studio")),
            ("ssh://git@codeberg.org:22/a/b.git", Some("https://codeberg.org/a/b")),
            ("ssh://git@bitbucket.org/a/b.git", Some("https://bitbucket.org/a/b")),
            ("git://example.com/a/b.git", Some("https://example.com/a/b")),
            ("/srv/git/studio.git", None),
            ("../studio", None),
            ("file:///srv/git/studio.git", None),
            ("c:/git/studio", None),
            ("host:studio", None),
            ("https://github.com", None),
            ("https://github.com/.git", None),
            ("https://exa mple.com/a/b", None),
            ("https://github.com/a/b\n](x)", None),
            ("https://ada:se/cret@github.com/a/b", None),
            ("https://github.com/a/b?access_token=secret", None),
            ("", None),
        ] {
            assert_eq!(page(remote).as_deref(), expected, "{remote}");
        }
    }

    #[test]
    fn sites_name_their_pages_differently() {
        for (page, compares, tagged) in [
            ("https://github.com/a/b", "/compare/v1...v2", "/releases/tag/v2"),
            ("https://codeberg.org/a/b", "/compare/v1...v2", "/releases/tag/v2"),
            ("https://gitlab.com/a/b", "/-/compare/v1...v2", "/-/tags/v2"),
            ("https://gitlab.example.com/a/b", "/-/compare/v1...v2", "/-/tags/v2"),
            ("https://bitbucket.org/a/b", "/branches/compare/v2%0Dv1", "/src/v2"),
        ] {
            assert_eq!(comparison(page, "v1", "v2"), format!("{page}{compares}"));
            assert_eq!(tag(page, "v2"), format!("{page}{tagged}"));
        }
    }

    #[test]
    fn a_branch_has_a_page_that_opens_its_pull_request() {
        let gitlab = |source: &str, target: &str| {
            let query = "/-/merge_requests/new?merge_request%5Bsource_branch%5D=";
            format!("{query}{source}&merge_request%5Btarget_branch%5D={target}")
        };
        for (remote, branch, opens, ci) in [
            (
                "https://ada:secret@github.com/acme/studio.git",
                "release/v1.3.0",
                "/compare/main...release/v1.3.0?expand=1".to_owned(),
                "/actions",
            ),
            (
                "git@github.com:acme/studio.git",
                "fix-#7&x=é",
                "/compare/main...fix-%237%26x%3D%C3%A9?expand=1".to_owned(),
                "/actions",
            ),
            (
                "ssh://git@codeberg.org:22/acme/studio.git",
                "release/v1.3.0+x",
                "/compare/main...release/v1.3.0%2Bx?expand=1".to_owned(),
                "/actions",
            ),
            (
                "git@gitlab.example.com:group/sub/studio.git",
                "release/v1.3.0",
                gitlab("release/v1.3.0", "main"),
                "/-/pipelines",
            ),
            (
                "https://bitbucket.org/acme/studio",
                "release/v1.3.0",
                "/pull-requests/new?source=release/v1.3.0&dest=main".to_owned(),
                "/pipelines",
            ),
        ] {
            let page = page(remote).unwrap();
            assert!(!page.contains("ada") && !page.contains("secret"));
            assert_eq!(pull_request(&page, branch, "main"), format!("{page}{opens}"));
            assert_eq!(super::ci(&page), format!("{page}{ci}"));
        }
    }
}
