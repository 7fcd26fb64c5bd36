//! The metadata of a card as it is told: such that no client fails on it.

use serde_json::{Map, Value};

/// Names that huggingface_hub can't be told: it hands the metadata on as arguments of a function that has these itself.
const TAKEN: [&str; 2] = ["self", "ignore_metadata_errors"];

/// Leaves out what makes huggingface_hub refuse a whole list for the sake of one card. A hub that checks cards when they
/// come in has none of these; a folder may have.
pub(super) fn card(metadata: Value) -> Option<Value> {
    let Value::Object(mut map) = metadata else {
        return None;
    };
    for name in TAKEN {
        map.remove(name);
    }
    // Its reader goes through the tags one by one, whatever they are.
    map.retain(|key, value| key != "tags" || !(value.is_number() || value.is_boolean()));
    let entries = map.get_mut("model-index").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten() {
        let results = entry.get_mut("results").and_then(Value::as_array_mut);
        for result in results
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            // A source with a name and no address is an error there.
            if result
                .get("source")
                .is_some_and(|source| source.get("url").is_none())
            {
                result.remove("source");
            }
        }
    }
    Some(map)
        .filter(|map: &Map<String, Value>| !map.is_empty())
        .map(Value::Object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_makes_a_client_fail_is_left_out_and_nothing_else() {
        let told = card(json!({
            "self": 1, "ignore_metadata_errors": true, "license": "mit", "tags": 5,
            "model-index": [{"results": [{"source": {"name": "x"}, "task": 1}, {"source": {"url": "y"}}]}, 7],
        }));
        let wanted = json!({
            "license": "mit", "model-index": [{"results": [{"task": 1}, {"source": {"url": "y"}}]}, 7],
        });
        assert_eq!(told, Some(wanted));
        assert_eq!(card(json!({"tags": ["a"]})), Some(json!({"tags": ["a"]})));
        assert_eq!(card(json!({"self": 1})), None);
    }
}
