//! What a client sent is not said back to it: errors go into logs of clients and onto screens.

/// Longest name of a field or of a choice that is said back.
const LONGEST_NAME: usize = 40;

/// serde's words about an error without what it quotes: texts and numbers that were sent. A name stays where it looks like
/// one, so that somebody who misspelt a field sees which.
pub(super) fn without_quotes(said: &str) -> String {
    let said = between(said, "string \"", "\"", |_| false);
    between(&said, "`", "`, expected", |name| {
        name.len() <= LONGEST_NAME
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    })
}

/// What stands from the first opening to the last closing, kept or left out.
fn between(said: &str, opening: &str, closing: &str, keep: impl Fn(&str) -> bool) -> String {
    let Some((before, rest)) = said.split_once(opening) else { return said.to_owned() };
    let Some((quoted, after)) = rest.rsplit_once(closing) else { return said.to_owned() };
    if keep(quoted) {
        return said.to_owned();
    }
    format!("{before}{opening}…{closing}{after}")
}

/// Whether a JSON text holds the null character, which PostgreSQL keeps in no text. Written out it is no JSON.
pub(super) fn holds_nul(json: &[u8]) -> bool {
    let escapes = json.windows(6).enumerate().filter(|(_, part)| part == b"\\u0000");
    escapes.into_iter().any(|(at, _)| {
        let slashes = json.iter().take(at).rev().take_while(|byte| **byte == b'\\').count();
        slashes.is_multiple_of(2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct Sent {
        born: Option<Year>,
        sex: Option<Sex>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct Year(u16);

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Sex {
        Girl,
    }

    #[test]
    fn nothing_that_was_sent_is_said_back() {
        for (sent, left) in [
            (r#"{"born": "林小禾 \"a\" , expected"}"#, "expected u16"),
            (r#"{"born": 110105200903021232}"#, "expected u16"),
            (r#"{"sex": "林小禾`, expected"}"#, "expected `girl`"),
            (r#"{"林小禾": 1}"#, "expected `born` or `sex`"),
            (r#"{"sexx": 1}"#, "unknown field `sexx`"),
            (r#""林小禾""#, "expected struct Sent"),
        ] {
            let said = without_quotes(&serde_json::from_str::<Sent>(sent).unwrap_err().to_string());
            assert!(said.contains(left), "{said}");
            assert!(!said.contains("林小禾") && !said.contains("110105"), "{said}");
            assert!(said.contains("line 1"), "{said}");
        }
    }

    #[test]
    fn a_null_character_is_found_and_its_spelling_is_not() {
        assert!(holds_nul(br#"{"a": "x\u0000"}"#));
        assert!(holds_nul(br#"{"a": "x\\\u0000"}"#));
        assert!(!holds_nul(br#"{"a": "x\\u0000"}"#));
        assert!(!holds_nul(b""));
    }
}
