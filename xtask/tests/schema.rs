//! `gonogo schema`, and what a validator that is not ours says of the same files.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Place, tool};

/// Reads a schema and a TOML file and says what is wrong with it, one line for each fault.
const VALIDATE: &str = "
import json, sys, tomllib
from jsonschema import Draft202012Validator

with open(sys.argv[1]) as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
for path in sys.argv[2:]:
    with open(path, 'rb') as file:
        document = tomllib.load(file)
    for error in Draft202012Validator(schema).iter_errors(document):
        print(path, '/'.join(map(str, error.absolute_path)), error.validator)
";

fn schema(place: &Place) -> String {
    let said = place.gonogo(&["schema"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    said.out
}

/// What the validator prints; `None` without one.
fn validated(place: &Place, files: &[&str]) -> Option<String> {
    let python = tool("GONOGO_TEST_PYTHON")?;
    place.put("validate.py", VALIDATE);
    place.put("schema.json", schema(place));
    let said = place.run(&python, &[&["validate.py", "schema.json"], files].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    Some(said.out)
}

#[test]
fn it_is_printed_in_any_folder() {
    let place = Place::empty("anywhere");
    let schema: Value = serde_json::from_str(&schema(&place)).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], false);
    let json: Value = serde_json::from_str(&place.gonogo(&["schema", "--json"]).out).unwrap();
    assert_eq!(schema, json);
    for table in ["publish", "deploy"] {
        assert!(schema["properties"].get(table).is_none(), "{table} is not available yet");
    }
    let about = &schema["$defs"]["tag"]["properties"]["format"]["description"];
    assert!(about.as_str().unwrap().contains("v{version}"), "{about}");
}

#[test]
fn it_accepts_the_examples() {
    let place = Place::empty("accepts");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config");
    let names = ["studio", "hub", "services", "deployment", "outlier", "monorepo", "everything"];
    let paths = names.map(|name| folder.join(format!("{name}.toml")));
    let paths: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    if let Some(faults) = validated(&place, &paths) {
        assert_eq!(faults, "");
    }
    let later = ["services-later", "deployment-later"];
    let paths = later.map(|name| folder.join(format!("{name}.toml")));
    for path in paths {
        let Some(faults) = validated(&place, &[path.to_str().unwrap()]) else { return };
        assert!(faults.ends_with("  additionalProperties\n"), "{faults}");
    }
}

#[test]
fn it_rejects_what_gonogo_refuses() {
    let place = Place::empty("rejects");
    for (text, fault) in [
        ("nmae = 'x'", " additionalProperties"),
        ("[branches]\nprotectd = []", "branches additionalProperties"),
        ("[gates.tests]\nrun = 'x'\ntimeuot = '1m'", "gates/tests anyOf"),
        ("[gates]\ntests = true", "gates/tests anyOf"),
        ("[gates.tests]\nrun = 'x'\nshell = 'y'", "gates/tests anyOf"),
        ("[gates]\n'a b' = 'x'", "gates pattern"),
        ("[profile.nightly]", "profile additionalProperties"),
        ("[profile.rc]\ngates = []\nwithout = []", "profile/rc not"),
        ("[version]\nfiles = [{ key = 'x' }]", "version/files/0 required"),
        ("[version]\nfiles = [{ path = 'x', count = 0 }]", "version/files/0/count minimum"),
        ("[version]\nscheme = 'calver'", "version/scheme enum"),
        ("[tag]\nsign = 'true'", "tag/sign type"),
        ("[gates.tests]\nrun = 'x'\ntimeout = '10'", "gates/tests anyOf"),
        ("[record]\n1a = 'x'", "record pattern"),
        ("[checklist.sections]\nx = 'gates:x'", "checklist/sections/x anyOf"),
        ("[version]\nfiles = [{ path = 'x', pattern = 'v' }]", "version/files/0/pattern pattern"),
        (
            "[version]\nfiles = [{ path = 'x', pattern = '{version}{version}' }]",
            "version/files/0/pattern pattern",
        ),
        ("[deploy.staging]", " additionalProperties"),
    ] {
        place.put("gonogo.toml", text);
        let Some(faults) = validated(&place, &["gonogo.toml"]) else { return };
        assert_eq!(faults, format!("gonogo.toml {fault}\n"), "{text}");
    }
}
