//! What code reads from the environment against what `.env.example` tells of.

use super::{asked, check, gate, why, with};

const APP: &str = "import os\n\n# os.environ['NOT']\nURL = os.environ[\"DATABASE_URL\"]\nHOME = os.environ['HOME']\n\
    DEBUG = os.getenv(\"DEBUG\", \"0\")\n";

#[test]
fn what_is_read_stands_in_the_example() {
    let place = with("env", "[gates]\nenv = true\n");
    place.put("src/demo/app.py", APP);
    place.put("web/api.ts", "export const key = process.env.API_KEY; // process.env.NOT\n");
    place.put("src/demo/tests/test_app.py", "import os\nos.environ['ONLY_IN_TESTS']\n");
    place.put(
        "compose.yml",
        "services:\n  db:\n    image: postgres:${PG_VERSION:-16}\n    env_file: db.env\n",
    );
    place.put("db.env", "PG_VERSION=16\n");
    place.commit_all("feat: an app");
    let data = asked(&place, 1, &["env"]);
    assert_eq!(why(&data, "env"), "3 variables are read, and there is no .env.example");
    place.put(
        ".env.example",
        "# Where the data is\nDATABASE_URL=postgres://localhost\nOLD=1\n# DEBUG=1\n",
    );
    place.commit_all("docs: example");
    let said = check(&place, 1, &["env"]);
    assert!(said.out.contains("1 variable is read and not in .env.example"), "{said}");
    assert!(said.out.contains("web/api.ts:1  API_KEY"), "{said}");
    let data = asked(&place, 1, &["env"]);
    let findings = gate(&data, "env")["runs"][0]["findings"].as_array().unwrap().clone();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((&findings[0]["path"], &findings[0]["line"]), (&"web/api.ts".into(), &1.into()));
    place.edit(".env.example", "OLD=1", "API_KEY=\nOLD=1");
    // Not tracked, not looked at.
    place.put("scratch.py", "import os\nos.environ['SCRATCH']\n");
    let data = asked(&place, 0, &["env"]);
    let remark = gate(&data, "env")["runs"][0]["remark"].as_str().unwrap();
    assert_eq!(remark, "nothing here reads OLD of the example");
    // Off unless somebody says so.
    place.put("gonogo.toml", "");
    place.commit_all("chore: off");
    assert!(!asked(&place, 0, &[]).to_string().contains("\"id\":\"env\""));
}
