//! `docs/one-click.openapi.yaml`, ready to hold answers against.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const TEXT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../docs/one-click.openapi.yaml"
));

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub struct Document {
    root: Value,
}

impl Document {
    pub fn read() -> Self {
        let mut root: Value = serde_saphyr::from_str(TEXT).unwrap();
        let schemas = root["components"]["schemas"].as_object_mut().unwrap();
        let closed = [
            "Organization",
            "User",
            "Job",
            "Phone",
            "Address",
            "Image",
            "Document",
            "Webhook",
            "Integration",
            "JobEvent",
            "LaunchToken",
            "Errors",
        ];
        for name in closed {
            // The document lets answers gain members; the simulator must not have secret ones.
            schemas[name]["additionalProperties"] = json!(false);
        }
        Self { root }
    }

    /// Every operation with each of its statuses: `"getJob 404"`.
    pub fn outcomes(&self) -> BTreeSet<String> {
        let mut outcomes = BTreeSet::new();
        for (id, operation) in self.operations() {
            let statuses = operation["responses"].as_object().unwrap().keys();
            outcomes.extend(statuses.map(|status| format!("{id} {status}")));
        }
        outcomes
    }

    fn operations(&self) -> Vec<(&str, &Value)> {
        let mut operations = Vec::new();
        for item in self.root["paths"].as_object().unwrap().values() {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    operations.push((operation["operationId"].as_str().unwrap(), operation));
                }
            }
        }
        operations
    }

    /// The operation of a method and a path below `/v1`.
    pub fn operation(&self, method: &str, path: &str) -> (&str, &Value) {
        let paths = self.root["paths"].as_object().unwrap();
        let (_, item) = paths
            .iter()
            .filter(|(template, _)| matches(template, path))
            // `id:{id}` is also an `{external_id}`: whichever says more is meant, in whatever order they come.
            .max_by_key(|(template, _)| literal(template))
            .unwrap_or_else(|| panic!("the document has no path for {path}"));
        let operation = &item[method.to_lowercase()];
        let id = operation["operationId"].as_str();
        (
            id.unwrap_or_else(|| panic!("the document has no {method} {path}")),
            operation,
        )
    }

    /// Checks an answer; the name of the outcome, as in [`Self::outcomes`].
    pub fn check_answer(
        &self,
        (method, path): (&str, &str),
        (status, body): (u16, &str),
        headers: &[&str],
    ) -> String {
        let (id, operation) = self.operation(method, path);
        let family = format!("{}XX", status / 100);
        let responses = operation["responses"].as_object().unwrap();
        let (key, response) = [status.to_string(), family]
            .iter()
            .find_map(|key| responses.get_key_value(key))
            .unwrap_or_else(|| panic!("the document has no answer {status} of {id}"));
        let response = self.resolve(response);
        let named = Map::new();
        for name in response["headers"].as_object().unwrap_or(&named).keys() {
            assert!(
                headers.contains(&name.to_lowercase().as_str()),
                "{id} {key} lacks {name}"
            );
        }
        match response.pointer("/content/application~1json/schema") {
            Some(schema) => {
                let body =
                    serde_json::from_str(body).unwrap_or_else(|_| panic!("{id} {key}: {body}"));
                self.check(&format!("{id} {key}"), schema, &body);
            }
            None => assert!(status >= 500 || body.is_empty(), "{id} {key}: {body}"),
        }
        format!("{id} {key}")
    }

    /// Checks a request's JSON body, or the JSON part of an upload.
    pub fn check_request(&self, method: &str, path: &str, part: Option<&str>, body: &Value) {
        let (id, operation) = self.operation(method, path);
        let content = &operation["requestBody"]["content"];
        let schema = match part {
            Some(part) => &content["multipart/form-data"]["schema"]["properties"][part],
            None => &content["application/json"]["schema"],
        };
        self.check(&format!("{id}'s request"), schema, body);
    }

    /// Checks a value against a schema of `components`.
    pub fn check_component(&self, name: &str, value: &Value) {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        self.check(name, &schema, value);
    }

    fn check(&self, what: &str, schema: &Value, value: &Value) {
        assert!(schema.is_object(), "{what} has no schema");
        // References are resolved against the root, so the document's components go along.
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": { "schemas": self.root["components"]["schemas"] },
        });
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}\nin {value:#}");
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value.get("$ref") else {
            return value;
        };
        let pointer = reference.as_str().unwrap().trim_start_matches('#');
        self.root.pointer(pointer).unwrap()
    }
}

/// How many letters of a path's template stand for themselves.
fn literal(template: &str) -> usize {
    let mut braces = false;
    let letters = template.chars().filter(|letter| {
        braces = (braces || *letter == '{') && *letter != '}';
        !braces && *letter != '}'
    });
    letters.count()
}

fn matches(template: &str, path: &str) -> bool {
    let mut given = path.split('/');
    template.split('/').all(|part| {
        given
            .next()
            .is_some_and(|segment| match part.split_once('{') {
                Some((prefix, _)) => segment.starts_with(prefix),
                None => part == segment,
            })
    }) && given.next().is_none()
}
