//! What children printed, without secrets.

use std::fs::File;
use std::io::{self, Read};

/// The last lines of a log, secrets masked.
pub fn tail(log: &mut File, lines: usize) -> Vec<String> {
    let mut bytes = Vec::new();
    if io::Seek::rewind(log).and_then(|()| log.read_to_end(&mut bytes)).is_err() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].iter().map(|line| mask(line)).collect()
}

/// Text with the credentials of URLs taken out: `https://user:token@host` becomes `https://***@host`.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked.push_str(before);
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
        let word = &after[..after.find(ends).unwrap_or(after.len())];
        let host = &word[..word.find('/').unwrap_or(word.len())];
        // What stands behind a colon is a port, or else a password with a slash in it.
        let port = host.rsplit_once(':').map_or("", |(_, port)| port);
        let is_host = host.starts_with('[') || port.bytes().all(|b| b.is_ascii_digit());
        rest = match (if is_host { host } else { word }).rfind('@') {
            Some(sign) => {
                masked.push_str("***");
                &after[sign..]
            }
            None => after,
        };
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked() {
        for (given, expected) in [
            ("no url", "no url"),
            ("https://host/a@b", "https://host/a@b"),
            ("https://user:tok@host/x y", "https://***@host/x y"),
            ("a https://t@h b ssh://git@h/c", "a https://***@h b ssh://***@h/c"),
            ("https://user:t/ok@host/x", "https://***@host/x"),
            ("https://[::1]:80/a@b http://h:80/a@b", "https://[::1]:80/a@b http://h:80/a@b"),
            ("://", "://"),
        ] {
            assert_eq!(mask(given), expected);
        }
    }
}
