//! JSON Schema of the files of a pack, so that an editor helps whoever writes one.

use schemars::schema_for;

use super::source::{ClockFile, DocumentFile, EventFile, PackFile, SafeguardFile, StatesFile};
use crate::law::calendar::CalendarYear;
use crate::law::forms::source::FormFile;
use crate::law::measures::source::MeasuresFile;
use crate::law::rehearse::CaseScript;

/// The kinds of files, by the name that `pack schema` takes.
pub const KINDS: [&str; 10] =
    ["pack", "states", "events", "safeguards", "clocks", "documents", "form", "measures", "calendar", "case"];

/// The schema of a kind of file; `None` for an unknown kind.
pub fn schema_of(kind: &str) -> Option<serde_json::Value> {
    let schema = match kind {
        "pack" => schema_for!(PackFile),
        "states" => schema_for!(StatesFile),
        "events" => schema_for!(Vec<EventFile>),
        "safeguards" => schema_for!(Vec<SafeguardFile>),
        "clocks" => schema_for!(Vec<ClockFile>),
        "documents" => schema_for!(Vec<DocumentFile>),
        "form" => schema_for!(FormFile),
        "measures" => schema_for!(MeasuresFile),
        "calendar" => schema_for!(CalendarYear),
        "case" => schema_for!(CaseScript),
        _ => return None,
    };
    Some(schema.to_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema_that_forbids_unknown_names() {
        for kind in KINDS {
            let schema = schema_of(kind).unwrap();
            let text = schema.to_string();
            assert!(text.contains("\"additionalProperties\":false"), "{kind}: {text}");
        }
        assert_eq!(schema_of("nonsense"), None);
    }
}
