//! How a project in Python runs its tools, and what installs them.

use super::evidence::{Evidence, Via, Wanted};

impl Evidence<'_> {
    /// `uv run `, where the project's lock file says that it is run like this.
    pub fn prefix(&self, distribution: &str) -> String {
        let wanted = self.wants(distribution);
        if self.has("uv.lock") {
            return match wanted.filter(|w| !w.is_always()).map(|w| &w.via) {
                Some(Via::Extra(name)) => format!("uv run --extra {name} "),
                Some(Via::Group(name)) => format!("uv run --group {name} "),
                _ => "uv run ".to_owned(),
            };
        }
        let locked = [("poetry.lock", "poetry"), ("pdm.lock", "pdm"), ("Pipfile.lock", "pipenv")];
        if let Some((_, runner)) = locked.iter().find(|(lock, _)| self.has(lock)) {
            return format!("{runner} run ");
        }
        let default = Via::Environment("default".to_owned());
        match wanted {
            Some(Wanted { via, .. }) if *via == default => "hatch run ".to_owned(),
            _ => String::new(),
        }
    }

    /// What puts a tool into the environment the gate runs in.
    pub fn install(&self, distribution: &str) -> String {
        let has = |lock: &str| self.has(lock);
        let wanted = self.wants(distribution);
        match wanted {
            Some(_) if has("uv.lock") => "uv sync --all-extras --all-groups".to_owned(),
            None if has("uv.lock") => format!("uv add --dev {distribution}"),
            Some(_) if has("poetry.lock") => "poetry install".to_owned(),
            None if has("poetry.lock") => format!("poetry add --group dev {distribution}"),
            Some(_) if has("pdm.lock") => "pdm install".to_owned(),
            Some(_) if has("Pipfile.lock") => "pipenv sync --dev".to_owned(),
            Some(Wanted { via: Via::Extra(name), .. }) => format!("pip install -e '.[{name}]'"),
            Some(Wanted { via: Via::Group(name), .. }) => format!("pip install --group {name}"),
            Some(Wanted { via: Via::Own, file, .. }) if file.contains("requirements") => {
                format!("pip install -r {}", crate::error::word(file))
            }
            _ => format!("pip install {distribution}"),
        }
    }
}
