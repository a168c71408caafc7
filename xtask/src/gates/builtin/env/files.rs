//! Compose files, which read variables, and files of variables, which tell of them.

use super::code::is_name;

/// What a compose file says of variables.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compose {
    /// Each variable that is taken from outside, with where it stands.
    pub reads: Vec<(usize, String)>,
    /// The files of `env_file`, as they are written.
    pub files: Vec<String>,
}

/// Reads a compose file: `${X}`, `${X:-default}`, `$X` (docs.docker.com, "Interpolation"), names
/// without a value below `environment`, the files of `env_file`.
pub fn compose(text: &str) -> Compose {
    let mut found = Compose::default();
    // The list or map that we are in, with the column of its key.
    let mut within: Option<(&str, usize)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = without_comment(line.trim_end_matches(['\n', '\r']));
        let entry = code.trim_start();
        let column = code.len() - entry.len();
        if !entry.is_empty() {
            let dash = entry.starts_with('-');
            within = within.filter(|(_, key)| column > *key || dash && column == *key);
            match within {
                Some(("environment", _)) => {
                    let item = entry.trim_start_matches('-').trim();
                    let name = item.strip_suffix(':').unwrap_or(item).trim_matches(['"', '\'']);
                    if is_name(name) {
                        found.reads.push((start + code.find(name).unwrap_or(0), name.to_owned()));
                    }
                }
                Some(_) => {
                    let item = entry.trim_start_matches('-').trim();
                    found.files.extend(file(item.strip_prefix("path:").unwrap_or(item)));
                }
                None => {}
            }
            if let Some(key) = ["environment", "env_file"]
                .into_iter()
                .find(|key| entry.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
            {
                within = Some((key, column));
                let value = entry[key.len() + 1..].trim();
                if key == "env_file" {
                    found.files.extend(value.trim_matches(['[', ']']).split(',').filter_map(file));
                }
            }
        }
        interpolated(code, start, &mut found.reads);
        start += line.len();
    }
    found
}

fn file(text: &str) -> Option<String> {
    let path = text.trim().trim_matches(['"', '\'']);
    let plain = !path.is_empty() && !path.contains(['$', ':']);
    plain.then(|| path.to_owned())
}

/// `${X...}` and `$X`; `$$` is a dollar.
fn interpolated(code: &str, start: usize, found: &mut Vec<(usize, String)>) {
    let mut at = 0;
    while let Some(dollar) = code[at..].find('$').map(|next| at + next) {
        let rest = &code[dollar + 1..];
        at = dollar + 1;
        if rest.starts_with('$') {
            at += 1;
            continue;
        }
        let open = usize::from(rest.starts_with('{'));
        let other = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let name = rest[open..].split(other).next().unwrap_or_default();
        if is_name(name) {
            found.push((start + at + open, name.to_owned()));
        }
    }
}

/// A `#` begins a comment at the start or behind a blank, outside of quotes (YAML 1.2, 6.6).
fn without_comment(line: &str) -> &str {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => return &line[..at],
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        before = c;
    }
    line
}

/// The names in a file of variables with where they stand: `X=1`, `export X=1`. Those that are
/// commented out are told of, too, and need no reader.
pub fn told(text: &str) -> (Vec<(usize, String)>, Vec<String>) {
    let (mut set, mut optional) = (Vec::new(), Vec::new());
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let entry = line.trim_start();
        let (entry, commented) = match entry.strip_prefix('#') {
            Some(rest) => (rest.trim_start(), true),
            None => (entry, false),
        };
        let entry = entry.strip_prefix("export ").unwrap_or(entry).trim_start();
        let name = entry.split_once('=').map(|(name, _)| name.trim_end());
        match name.filter(|name| is_name(name)) {
            Some(name) if commented => {
                // A sentence with an equals sign in it is no variable.
                let capitals = !name.contains(|c: char| c.is_ascii_lowercase());
                optional.extend(capitals.then(|| name.to_owned()));
            }
            Some(name) => set.push((start + line.len() - entry.len(), name.to_owned())),
            None => {}
        }
        start += line.len();
    }
    (set, optional)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compose_takes_from_outside() {
        let text = "services:\n  web:\n    image: app:${TAG:-latest} # ${NOT}\n    \
            command: \"run --x=$PORT $$HOME '#' ${A:?say ${B}}\"\n    environment:\n      - DEBUG\n      \
            - MODE=fast\n      - \"URL\"\n    env_file: .env.web\n  db:\n    environment:\n      \
            PASSWORD:\n      USER: ${DB_USER}\n    env_file:\n    - a.env\n    - path: b.env\n      \
            required: false\n    ports: [80]\n# $NEITHER\n";
        let read = compose(text);
        let names: Vec<&str> = read.reads.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["TAG", "PORT", "A", "B", "DEBUG", "URL", "PASSWORD", "DB_USER"]);
        assert!(read.reads.iter().all(|(at, name)| text[*at..].starts_with(name)), "{read:?}");
        assert_eq!(read.files, [".env.web", "a.env", "b.env"]);
    }

    #[test]
    fn what_an_example_tells_of() {
        let text =
            "# Settings, a=b\nA=1\nexport B = \"x\"\n\n#C=3\n  # D=\nnot a name=1\n2E=3\nf=g\r\n";
        let (set, optional) = told(text);
        let names: Vec<&str> = set.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!((names, optional), (vec!["A", "B", "f"], vec!["C".to_owned(), "D".to_owned()]));
        assert!(set.iter().all(|(at, name)| text[*at..].starts_with(name)), "{set:?}");
    }
}
