//! The vocabulary as a JSON Schema (draft 2020-12), for editors and for validators of others.

use serde_json::{Map as Object, Value, json};

use super::shape::{Key, Kind, Map, Rule, Shape, Table};
use super::text::expression;
use super::vocabulary::VOCABULARY;

/// The schema of `gonogo.toml`, as TOML's values are in JSON.
pub fn schema() -> Value {
    let mut definitions = Object::new();
    let mut whole = table(&VOCABULARY, &mut definitions);
    whole["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    whole["$defs"] = definitions.into();
    whole
}

fn shape(shape: &Shape, definitions: &mut Object<String, Value>) -> Value {
    match shape {
        Shape::Text(kind) => text(*kind),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Count => json!({ "type": "integer", "minimum": 1 }),
        Shape::List(each) => json!({ "type": "array", "items": self::shape(each, definitions) }),
        Shape::Map(map) => self::map(map, definitions),
        Shape::OneOf(shapes) => {
            let shapes: Vec<Value> = shapes.iter().map(|s| self::shape(s, definitions)).collect();
            json!({ "anyOf": shapes })
        }
        Shape::Table(table) => {
            let name = table.title.replace(' ', "-");
            if !definitions.contains_key(&name) {
                let described = self::table(table, definitions);
                definitions.insert(name.clone(), described);
            }
            json!({ "$ref": format!("#/$defs/{name}") })
        }
        Shape::Later => json!(false),
    }
}

fn table(table: &Table, definitions: &mut Object<String, Value>) -> Value {
    let keys = table.keys().filter(|key| !matches!(key.shape, Shape::Later));
    let mut whole = json!({
        "title": table.title,
        "type": "object",
        "properties": properties(keys, definitions),
        "additionalProperties": false,
    });
    for rule in table.rules {
        let alone = |name: &&str| json!({ "required": [name] });
        match rule {
            Rule::Exactly([name]) => whole["required"] = json!([name]),
            Rule::Exactly(names) => whole["oneOf"] = names.iter().map(alone).collect(),
            Rule::AtMost(names) => whole["not"] = json!({ "required": names }),
        }
    }
    whole
}

fn map(map: &Map, definitions: &mut Object<String, Value>) -> Value {
    let mut whole = json!({
        "type": "object",
        "additionalProperties": shape(&map.each, definitions),
    });
    if !map.known.is_empty() {
        whole["properties"] = properties(map.known.iter(), definitions);
    }
    if let Some(pattern) = expression(map.names) {
        whole["propertyNames"] = json!({ "pattern": pattern });
    }
    whole
}

fn properties<'k>(
    keys: impl Iterator<Item = &'k Key>,
    definitions: &mut Object<String, Value>,
) -> Value {
    let mut property = |key: &Key| {
        let mut described = shape(&key.shape, definitions);
        described["description"] = key.about.into();
        (key.name.to_owned(), described)
    };
    Value::Object(keys.map(&mut property).collect())
}

fn text(kind: Kind) -> Value {
    match (kind, expression(kind)) {
        (Kind::Words(words), _) => json!({ "type": "string", "enum": words }),
        (_, Some(pattern)) => {
            json!({ "type": "string", "pattern": pattern, "examples": [kind.example()] })
        }
        (Kind::Any | Kind::Line, None) => json!({ "type": "string" }),
        (_, None) => json!({ "type": "string", "examples": [kind.example()] }),
    }
}
